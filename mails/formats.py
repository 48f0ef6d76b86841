"""Prices and dates as a locale writes them, by the rules of CLDR (Babel).

Locales are BCP 47 texts such as `sv-SE`. One that is not known is taken along its fallback
chain, at last as English, so that no locale keeps a mail from being written.
"""

import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier, parse_locale
from babel.dates import format_date
from babel.numbers import format_currency, list_currencies

from domain.locales import fallback_chain

DEFAULT_LOCALE = "en"

_CURRENCIES = list_currencies()
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_CODE_BESIDE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")


def price(amount: str, currency: str, locale: str | None) -> str:
    """A price to be read: `1299.00` and `SEK` are "1 299,00 kr" in `sv-SE`.

    `currency` is an ISO 4217 code; with none, the amount is shown as given. So are, together, an
    amount and a currency of which one cannot be read.
    """
    if not (amount and currency):
        return amount
    if currency not in _CURRENCIES or not _PLAIN_DECIMAL.fullmatch(amount):
        return f"{amount} {currency}"
    written = format_currency(Decimal(amount), currency, locale=_known(locale))
    # CLDR's `currencySpacing`, which Babel does not apply: "SEK 1,299.00", but "$1,299.00".
    return _CODE_BESIDE_DIGIT.sub("\N{NO-BREAK SPACE}", written)


def date(moment: datetime, locale: str | None) -> str:
    """The day of a moment, in the moment's own time zone: "21 november 2026" in `sv-SE`."""
    return format_date(moment, "long", locale=_known(locale))


def clock(moment: datetime, time_zone: str) -> str:
    """A moment by the clock of an IANA time zone: `2026-11-21 10:04 (Europe/Stockholm)`."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M} ({time_zone})"


def language_tag(locale: str | None) -> str:
    """A locale as the `lang` of HTML has it: `sv_se` is `sv-SE`."""
    for step in fallback_chain(locale):
        with suppress(ValueError):
            return get_locale_identifier(parse_locale(step, sep="-")[:4], sep="-")
    return DEFAULT_LOCALE


def direction(locale: str | None) -> str:
    """Which way a locale is written, as the `dir` of HTML has it: `ltr` or `rtl`."""
    return _known(locale).text_direction


def _known(locale: str | None) -> Locale:
    for step in fallback_chain(locale):
        with suppress(ValueError, UnknownLocaleError):
            return Locale.parse(step, sep="-")
    return Locale(DEFAULT_LOCALE)
