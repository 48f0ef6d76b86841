"""Prices and dates as each locale writes them, whatever the locale, amount and currency."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mails.formats import date, language_tag, price

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
# How CLDR keeps a price on one line.
NBSP, NARROW_NBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"

locales = (
    st.none()
    | st.text()
    | st.sampled_from(["sv-SE", "zh-Hant-TW", "sr_Latn", "no", "root", "und", "sv@x", "sv.utf8"])
    | st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,5}", fullmatch=True)
)
amounts = st.text() | st.decimals().map(str) | st.floats().map(str) | st.integers().map(str)
currencies = st.text() | st.sampled_from(["SEK", "JPY", "KWD", "XXX", "XTS", "sek"])


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("1299.00", "SEK", "sv-SE", "1 299,00 kr"),
        ("1299", "SEK", "sv_se", "1 299,00 kr"),
        ("1299.5", "PLN", "pl-PL", "1 299,50 zł"),
        ("1299.00", "USD", "en-US", "$1,299.00"),
        ("1299.00", "SEK", "en-US", "SEK 1,299.00"),
        ("1299.00", "EUR", "de-DE", "1.299,00 €"),
        ("1299.00", "EUR", "de-AT", "€ 1.299,00"),
        ("1299.00", "EUR", "fr", "1|299,00 €"),
        ("1299.00", "JPY", "ja-JP", "￥1,299"),
        ("1299.00", "EGP", "ar-EG", "\N{RIGHT-TO-LEFT MARK}1,299.00 ج.م.\N{RIGHT-TO-LEFT MARK}"),
        ("1.234", "KWD", "en", "KWD 1.234"),
        ("129.00", "SEK", "km", "129.00 SEK"),
        ("0", "SEK", "sv", "0,00 kr"),
        ("-5", "EUR", "en", "-€5.00"),
        ("1299.00", "USD", "xx-YY", "$1,299.00"),
        ("1299.00", "USD", None, "$1,299.00"),
        ("1299.00", "USD", "", "$1,299.00"),
        ("1299.00", "EUR", "de-XX-unheard", "1.299,00 €"),
    ],
)
def test_a_price_is_written_as_its_locale_does(
    amount: str, currency: str, locale: str | None, shown: str
) -> None:
    assert price(amount, currency, locale) == shown.replace(" ", NBSP).replace("|", NARROW_NBSP)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("75.00", "", "75.00"),
        ("", "SEK", ""),
        ("75.00", "QQQ", "75.00 QQQ"),
        ("75.00", "kr", "75.00 kr"),
        ("1.299,00", "SEK", "1.299,00 SEK"),
        ("from 75", "SEK", "from 75 SEK"),
        ("NaN", "SEK", "NaN SEK"),
        ("Infinity", "SEK", "Infinity SEK"),
        ("1e999999999", "SEK", "1e999999999 SEK"),
        ("1_000", "SEK", "1_000 SEK"),
        ("\u0667\u0665", "SEK", "\u0667\u0665 SEK"),
        ("75.00\n", "SEK", "75.00\n SEK"),
    ],
)
def test_what_cannot_be_read_is_shown_as_given(amount: str, currency: str, shown: str) -> None:
    assert price(amount, currency, "sv-SE") == shown


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("sv-SE", "21 november 2026"),
        ("pl_PL", "21 listopada 2026"),
        ("en-US", "November 21, 2026"),
        ("de-DE", "21. November 2026"),
        ("ja-JP", "2026年11月21日"),
        ("de-XX", "21. November 2026"),
        ("xx-YY", "November 21, 2026"),
        (None, "November 21, 2026"),
    ],
)
def test_a_date_is_written_as_its_locale_does(locale: str | None, shown: str) -> None:
    assert date(MOMENT, locale) == shown


@given(amounts, currencies, locales)
def test_every_price_can_be_shown(amount: str, currency: str, locale: str | None) -> None:
    assert bool(price(amount, currency, locale)) == bool(amount)


@given(st.datetimes(timezones=st.timezones()), locales)
def test_every_date_can_be_shown(moment: datetime, locale: str | None) -> None:
    assert date(moment, locale)


@pytest.mark.parametrize(
    ("locale", "tag"),
    [
        ("sv_se", "sv-SE"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("sv@euro", "sv"),
        ("sv.utf8", "sv"),
        ("tlh", "tlh"),
        ("sv-u-ca", "sv"),
        ("<b>", "en"),
    ],
)
def test_a_tag_is_written_as_html_has_it(locale: str, tag: str) -> None:
    assert language_tag(locale) == tag


@given(locales)
def test_every_locale_has_a_tag_that_is_its_own_spelling_of_the_same(locale: str | None) -> None:
    tag = language_tag(locale)
    assert language_tag(tag) == tag
