"""What an owner writes is looked at before it is saved: what is wrong, in which part and line."""

from typing import Any

import pytest
from letters import KIND, LANGUAGES, ORCHID, mailing, values

from domain.mail_templates import LARGEST_PART, MailKind, MailParts, Part
from mails.built_in import built_in
from mails.checks import Checked, checked
from mails.letters import Templates
from mails.variables import VARIABLES, made_up

BACK = MailKind.BACK_IN_STOCK
TEMPLATES = Templates()


def check(locale: str = "", subject: str = "Back", text: str = "Back", html: str = "") -> Checked:
    parts = MailParts(subject=subject, text=text, html=html)
    return checked(TEMPLATES, BACK, locale, parts, [mailing(item=ORCHID, locale="sv-SE")])


def wrong(**parts: str) -> list[str]:
    return [str(each) for each in check(**parts).problems]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"text": "a\n{% if %}"}, "Text, line 2: Expected an expression"),
        ({"html": "<p>\n\n{% endif %}"}, "HTML, line 3: Encountered unknown tag 'endif'"),
        ({"text": "{{ item.nmae }}"}, "Text, line 1: There is no item.nmae in this mail. Did you"),
        ({"text": "{{ item.name\n}}\n{{ colour }}"}, "Text, line 3: There is no colour in this"),
        ({"html": "a\n{{ item.image.ulr }}"}, "HTML, line 2: There is no item.image.ulr"),
        # Also where these data do not get there.
        (
            {"text": "{% if not item.name %}\n{{ site.nam }}{% endif %}"},
            "Text, line 2: There is no",
        ),
        ({"text": "a\n{{ 1 / 0 }}"}, "Text, line 2: Division by zero"),
        ({"html": "a\n\n{{ ''.__class__ }}"}, "HTML, line 3: Access to attribute '__class__'"),
        ({"text": "{% for i in range(10000) %}\n{{ 'x' * 9999 }}{% endfor %}"}, "Text, line 2: "),
        ({"subject": "one\ntwo"}, "Subject: The subject must be one line."),
        ({"subject": " "}, "Subject: The subject is empty."),
        ({"subject": "x" * 501}, "Subject: It comes out longer than 500 characters."),
        ({"html": "{{ item.image.url[0] }}"}, "HTML, line 1: "),
        ({"text": "x" * (LARGEST_PART + 1)}, "Text: It is larger than 65,536 bytes."),
        (
            {"text": "{{ 'x' * 150000 }}{{ 'x' * 150000 }}"},
            "Text: It comes out longer than 200,000",
        ),
        ({"text": " \n", "html": ""}, "Text: Write a text, or HTML, or both."),
        ({"text": "{% extends 'nothing.txt' %}"}, "Text, line 1: "),
        (
            {"html": "{% extends 'back_in_stock/page.html' %}"},
            "HTML: back_in_stock/page.html, line",
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_wrong_is_said_with_its_part_and_line(parts: dict[str, str], said: str) -> None:
    (found,) = wrong(**parts)
    assert found.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "{{ discount | default('') }}",
        "{% if discount is defined %}{{ discount }}{% endif %}",
        "{% if item.brand is defined %}{{ item.brand }}{% endif %}",
        "{% for word in item.name.split() %}{{ word }}{% endfor %}",
        "{% set colour = 'blue' %}{{ colour }}",
        "{{ 5 | money('SEK') }} {{ request.date | date }} {{ locale }}",
        "(" * 50 + "{{ " + "(" * 20 + "1" + ")" * 20 + " }}",
    ],
)
def test_what_can_always_be_written_is_right(text: str) -> None:
    assert wrong(text=text) == []


def test_of_many_lines_each_that_is_wrong_is_named_once_and_in_order() -> None:
    text = "{{ item.nam }}\n{{ item.name }}\n{{ itm }}"
    found = check(text=text, html="{{ a }}\n{{ a }}").problems
    assert [(each.part, each.line) for each in found] == [
        (Part.TEXT, 1),
        (Part.TEXT, 3),
        (Part.HTML, 1),
        (Part.HTML, 2),
    ]


def test_a_part_that_is_right_is_shown_beside_one_that_is_wrong() -> None:
    found = check("sv", subject="{{ item.price }}", text="{{", html="<b>{{ item.name }}</b>")
    assert found.rendered == {Part.SUBJECT: "1\xa0299,00\xa0kr", Part.HTML: "<b>Blue Orchid</b>"}


def test_a_template_that_is_nested_without_end_is_wrong() -> None:
    assert len(wrong(text="{% if 1 %}" * 5000 + "{% endif %}" * 5000)) == 1
    assert len(wrong(text="{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}")) == 1


def test_a_mail_for_a_language_is_shown_as_that_language_writes() -> None:
    text = "{{ locale }} {{ request.date | date }}"
    assert check("sv", text=text).rendered[Part.TEXT] == "sv-SE 21 november 2026"
    assert check("de", text=text).rendered[Part.TEXT] == "de 21. November 2026"
    assert check("", text=text).rendered[Part.TEXT] == "en November 21, 2026"


def leaves(known: dict[str, Any], path: str = "") -> list[str]:
    found = []
    for name, value in known.items():
        inner = leaves(value, f"{path}{name}.") if isinstance(value, dict) else [path + name]
        found += inner
    return found


def test_every_value_of_a_mail_is_listed_and_nothing_else() -> None:
    listed = [variable.name for variable in VARIABLES[BACK]]
    assert sorted(listed) == sorted([*leaves(values()), "locale"])
    for variable in VARIABLES[BACK]:
        found = check(text=f"x {variable.snippet}")
        assert (found.problems, "{" in found.rendered[Part.TEXT]) == ([], False)


@pytest.mark.parametrize("locale", ["", *LANGUAGES])
def test_what_restock_sends_is_where_an_owner_begins_and_says_the_same(locale: str) -> None:
    parts = built_in(TEMPLATES, KIND, locale)
    assert "{%" not in parts.subject
    assert "extends" not in parts.html
    assert "block" not in parts.html.replace("display:block", "").replace("inline-block", "")
    content = made_up("Orchid House", locale or None)
    found = checked(TEMPLATES, BACK, locale, parts, [content])
    assert found.problems == []
    letter = TEMPLATES.render(KIND, values(locale or None), locale or None)
    own = TEMPLATES.render_own(TEMPLATES.own(locale, parts), values(locale or None), locale or None)
    assert (own.subject, own.text.split()) == (letter.subject, letter.text.split())
    assert own.html.split() == letter.html.split()
