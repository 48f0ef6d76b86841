"""How the mails look: on a phone, in the dark, in an inbox's list, and without pictures."""

from pathlib import Path

import pytest
from letters import KIND, LANGUAGES, rendered
from lxml import html

from mails.formats import direction

FULL = {"item.image.url": "https://shop.test/orchid.jpg"}


def page(locale: str | None) -> html.HtmlElement:
    return html.fromstring(rendered(locale, **FULL).html)


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_the_price_and_the_shop_stand_beside_the_subject_in_an_inbox(language: str | None) -> None:
    (preheader,) = page(language).xpath("//body/div[1][contains(@style, 'display:none')]")
    price, _, shop = preheader.text.partition(" · ")
    assert "299" in price
    assert shop.startswith("Orchid House")
    assert len(preheader.text) > 150


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_a_mail_makes_sense_without_its_pictures(language: str | None) -> None:
    (image,) = page(language).xpath("//img")
    assert image.get("alt") == "Blue Orchid"
    assert image.get("width") == "504"


def test_every_style_is_in_its_element_but_what_depends_on_the_screen() -> None:
    mail = page(None)
    (style,) = mail.xpath("//style")
    for rule in style.text.split("@media")[0].split("}"):
        assert not rule.strip() or rule.strip().startswith(":root")
    for element in mail.xpath("//body//*[@class]"):
        assert element.get("style")
    assert not mail.xpath("//table")


def test_a_mail_is_in_the_direction_of_its_language() -> None:
    assert (direction("ar-EG"), direction("he"), direction("sv-SE")) == ("rtl", "rtl", "ltr")
    assert page("sv").get("dir") == "ltr"


def test_an_owners_page_in_arabic_runs_from_right_to_left(tmp_path: Path) -> None:
    folder = tmp_path / KIND / "ar"
    folder.mkdir(parents=True)
    words = "{% block headline %}a{% endblock %}{% block link %}b{% endblock %}"
    words += "{% block reason %}c{% endblock %}"
    (folder / "body.html").write_text(f'{{% extends "{KIND}/page.html" %}}{words}')
    for name in ("subject.txt", "body.txt"):
        (folder / name).write_text("{{ item.name }}")
    assert '<html lang="ar" dir="rtl">' in rendered("ar", tmp_path).html


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_the_link_of_the_text_has_a_line_of_its_own(language: str | None) -> None:
    lines = rendered(language).text.splitlines()
    place = lines.index("https://shop.test/blue?a=1&b=2")
    assert lines[place - 1].endswith(":")
    assert "" in lines[:place]
