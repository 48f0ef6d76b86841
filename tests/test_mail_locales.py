"""Mail in the shopper's locale: which files make it, and how it writes prices and dates."""

from pathlib import Path

import pytest
from letters import KIND, LANGUAGES, NBSP, ORCHID, rendered, said, values
from shop import Shop
from shoppers import address, orchid_key, part, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client

from domain.contracts import ReportedSignal
from mails import letters as letters_module
from mails.formats import date
from mails.letters import Templates
from mails.template_errors import MailTemplateError
from workflows.engine import Engine

PARTS = ("subject.txt", "body.txt", "body.html")


def write(folder: Path, place: str, *parts: str, says: str | None = None) -> None:
    """Templates of a place such as `sv-SE`; each says the place, where not told otherwise."""
    (folder / KIND / place).mkdir(parents=True, exist_ok=True)
    for name in parts or PARTS:
        (folder / KIND / place / name).write_text(says or place or "default", encoding="utf-8")


# Which files make a mail


def test_the_closest_translation_speaks_and_the_owners_comes_before_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    monkeypatch.setattr(letters_module, "SHIPPED", shipped)
    # The furthest first: each that is added is closer than all there are.
    for place in ("", "sv", "sv-SE"):
        for folder in (shipped, own):
            words = f"{folder.name} {place}"
            write(folder, place, says=words)
            assert said(rendered("sv-SE", own)) == [words.strip(), words, words]


@pytest.mark.parametrize("missing", PARTS)
def test_a_file_that_one_locale_lacks_comes_from_the_wider_one_of_its_language(
    tmp_path: Path, missing: str
) -> None:
    write(tmp_path, "sv")
    write(tmp_path, "sv-SE", *(name for name in PARTS if name != missing))
    expected = ["sv" if name == missing else "sv-SE" for name in PARTS]
    assert said(rendered("sv-SE", tmp_path)) == expected


def test_an_owner_changes_one_file_of_a_shipped_language(tmp_path: Path) -> None:
    write(tmp_path, "sv", "subject.txt", says="Hurra: {{ item.name }}")
    letter, shipped = rendered("sv-SE", tmp_path), rendered("sv-SE")
    assert letter.subject == "Hurra: Blue Orchid"
    assert (letter.text, letter.html) == (shipped.text, shipped.html)


@pytest.mark.parametrize("missing", PARTS)
def test_a_language_with_a_file_missing_is_not_used_at_all(tmp_path: Path, missing: str) -> None:
    write(tmp_path, "cs", *(name for name in PARTS if name != missing))
    assert Templates(tmp_path).render(KIND, values(), "cs-CZ") == rendered(None)


def test_a_language_without_a_translation_gets_the_owners_default(tmp_path: Path) -> None:
    write(tmp_path, "")
    write(tmp_path, "cs")
    assert said(rendered("hu-HU", tmp_path)) == ["default"] * 3
    assert said(rendered(None, tmp_path)) == ["default"] * 3


@pytest.mark.parametrize("locale", ["sv-SE", "sv_SE", "SV-se"])
@pytest.mark.parametrize("named", ["sv-SE", "sv_SE", "sv-se", "SV_se"])
def test_a_folder_is_found_however_its_locale_is_written(
    tmp_path: Path, named: str, locale: str
) -> None:
    write(tmp_path, named)
    assert said(rendered(locale, tmp_path)) == [named] * 3


def test_an_owners_folder_written_otherwise_still_comes_before_the_shipped_one(
    tmp_path: Path,
) -> None:
    write(tmp_path, "SV")
    assert said(rendered("sv", tmp_path)) == ["SV"] * 3


def test_a_locale_is_no_way_to_another_folder(tmp_path: Path) -> None:
    write(tmp_path, "sv")
    for locale in ("../sv", "sv/../sv", ".", "..", "../../secret", "\0", "*", "s?"):
        assert rendered(locale, tmp_path) == rendered(None), locale


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"one\n{% for %}", "back_in_stock/sv_SE/body.txt, line 2"),
        (b"{{ nothing }}", "back_in_stock/sv_SE/body.txt, line 1: 'nothing' is undefined"),
        (b"{{ ''.__class__ }}", "back_in_stock/sv_SE/body.txt, line 1: access to attribute"),
        (b"{{ request.date | money }}", "back_in_stock/sv_SE/body.txt, line 1: "),
        (
            b"{{ nothing | money('SEK') }}",
            "back_in_stock/sv_SE/body.txt, line 1: 'nothing' is undefined",
        ),
        (b"{{ item.name.x | date }}", "back_in_stock/sv_SE/body.txt, line 1: "),
        (b"P\xe5 lager", "back_in_stock/sv_SE/body.txt: 'utf-8' codec"),
    ],
)
def test_a_broken_translation_is_named_and_nothing_is_sent_in_its_place(
    tmp_path: Path, content: bytes, where: str
) -> None:
    write(tmp_path, "sv_SE")
    (tmp_path / KIND / "sv_SE" / "body.txt").write_bytes(content)
    with pytest.raises(MailTemplateError) as error:
        rendered("sv-SE", tmp_path)
    assert str(error.value).startswith(where)


def test_a_broken_page_is_named_rather_than_the_translation_that_extends_it(
    tmp_path: Path,
) -> None:
    write(tmp_path, "", "page.html", says="one\ntwo\n{% endblock %}")
    with pytest.raises(MailTemplateError, match=r"^back_in_stock/page\.html, line 3"):
        rendered("sv", tmp_path)


def test_an_owners_page_is_the_page_of_every_language(tmp_path: Path) -> None:
    page = "<p>{% block headline %}{% endblock %}</p>"
    write(tmp_path, "", "page.html", says=page)
    for language in LANGUAGES:
        letter = rendered(language, tmp_path)
        assert " ".join(letter.html.split()) == f"<p>{letter.subject}</p>"


# What a mail writes in its locale


@pytest.mark.parametrize(
    ("locale", "language", "day"),
    [
        (None, "en", "November 21, 2026"),
        ("en-GB", "en-GB", "21 November 2026"),
        ("sv_se", "sv-SE", "21 november 2026"),
        ("sv-FI", "sv-FI", "21 november 2026"),
        ("PL-pl", "pl-PL", "21 listopada 2026"),
        ("de", "de", "21. November 2026"),
        ("es-MX", "es-MX", "21 de noviembre de 2026"),
        ("ja-JP", "en", "November 21, 2026"),
        ("xx-YY", "en", "November 21, 2026"),
        ("enm", "en", "November 21, 2026"),
        ('sv-"><b>', "sv", "21 november 2026"),
    ],
)
def test_a_mail_names_the_language_it_is_in_and_writes_its_dates_in_it(
    locale: str | None, language: str, day: str
) -> None:
    letter = rendered(locale)
    assert f'<html lang="{language}" dir="ltr">' in letter.html
    assert f" {day}" in letter.html
    assert f" {day}" in letter.text


def test_a_translation_that_cldr_does_not_know_is_named_as_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "tlh", says="{{ locale }}, {{ request.date | date }}")
    assert rendered("tlh", tmp_path).text == "tlh, November 21, 2026"


def test_templates_write_prices_in_the_mails_locale(tmp_path: Path) -> None:
    write(tmp_path, "sv", says="{{ item.amount | money(item.currency) }} {{ 5 | money('EUR') }}")
    assert rendered("sv", tmp_path).text == f"1{NBSP}299,00{NBSP}kr 5,00{NBSP}€"


def test_an_owners_default_in_another_language_says_so(tmp_path: Path) -> None:
    words = "{{ request.date | date }} {{ 5 | money('SEK') }}"
    write(tmp_path, "", "body.txt", says='{% set locale = "sv" %}' + words)
    extending = '{% extends "layout.html" %}{% set locale = "sv" %}{% block content %}'
    write(tmp_path, "", "body.html", says=extending + words + "{% endblock %}")
    letter = rendered(None, tmp_path)
    assert letter.text == f"21 november 2026 5,00{NBSP}kr"
    assert '<html lang="sv" dir="ltr">' in letter.html
    assert letter.text in letter.html


def test_a_date_that_a_report_replaced_is_shown_as_the_report_has_it() -> None:
    letter = rendered("de", **{"request.date": "Ostermontag"})
    assert "Ostermontag" in letter.text
    assert "Ostermontag" in letter.html


def test_a_report_does_not_change_the_language() -> None:
    assert rendered("de", locale="fr") == rendered("de")


# On the real parts


async def test_a_shopper_is_told_in_the_locale_of_the_request(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    wanted_in_swedish = wanted(address(), ORCHID).model_copy(update={"locale": "sv_SE"})
    request = await shop.store.requests.create(shop.site, wanted_in_swedish)
    await Engine(temporal).report_item(shop.site, orchid_key(), ReportedSignal())
    await shop.until(str(request.id), "NOTIFICATION_SENT")
    (told,) = sink.to(request.email)
    assert told["Subject"] == "I lager igen: Blue Orchid"
    text = part(told, "plain")
    assert f"Pris: 1{NBSP}299,00{NBSP}kr" in text
    assert "https://shop.test/blue?a=1&b=2" in text
    assert f"besked den {date(request.created_date, 'sv')}." in text
    assert '<html lang="sv-SE" dir="ltr">' in part(told, "html")
