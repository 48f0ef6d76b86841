"""The languages Restock ships, and the values that every language may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import ASKED, KIND, LANGUAGES, NBSP, mailing, rendered, said, values

from domain.catalog import Item
from mails.formats import date, price
from mails.letters import Templates
from mails.values import mail_values


def test_the_promised_languages_are_shipped() -> None:
    assert LANGUAGES == ["da", "de", "es", "fi", "fr", "it", "nb", "nl", "pl", "sv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shipped_language_says_everything_in_all_three_parts(language: str) -> None:
    letter = rendered(language)
    shown = price("1299.00", "SEK", language)
    asked = date(ASKED, language)
    assert "Blue Orchid" in letter.subject
    for known in ("Blue Orchid", "Orchid House", shown, asked, "https://shop.test/blue?a=1&b=2"):
        assert known in letter.text, known
    for known in ("Blue Orchid", "Orchid House", shown, asked):
        assert known in letter.html, known
    assert 'href="https://shop.test/blue?a=1&amp;b=2"' in letter.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shipped_language_shares_no_words_with_english(language: str) -> None:
    for shipped in said(rendered(language)):
        for english in ("back in stock", "Price", "See it", "You get", "See or end"):
            assert english not in shipped


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_a_shipped_language_escapes_names_in_html_and_nowhere_else(language: str | None) -> None:
    name = '<b>Tom & "Jerry"</b>'
    letter = Templates().render(KIND, values(item=Item(name=name, price="1")), language)
    assert name in letter.subject
    assert name in letter.text
    assert name not in letter.html
    # In the title and in the headline.
    assert letter.html.count("&lt;b&gt;Tom &amp; &#34;Jerry&#34;&lt;/b&gt;") == 2


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_a_shipped_language_links_only_where_there_is_a_link(language: str | None) -> None:
    letter = Templates().render(KIND, values(item=Item(name="Orchid", price="1")), language)
    assert letter.html.count("<a") == 1
    assert letter.text.count("http") == 1
    assert len(letter.text.splitlines()) < len(rendered(language).text.splitlines())
    assert "\n\n\n" not in letter.text


# Values


def test_the_items_price_is_formatted_and_what_it_was_made_of_is_there_too() -> None:
    item = values("sv-SE")["item"]
    assert item["price"] == f"1{NBSP}299,00{NBSP}kr"
    assert (item["amount"], item["currency"]) == ("1299.00", "SEK")
    assert values("sv-SE", Item(name="Orchid", price="75.00"))["item"]["price"] == "75.00"


@pytest.mark.parametrize(
    ("of_item", "of_request", "shown"),
    [
        ("https://a.test", "https://b.test", "https://a.test"),
        ("", "https://b.test", "https://b.test"),
        ("", None, ""),
    ],
)
def test_the_link_is_the_items_own_before_the_requests(
    of_item: str, of_request: str | None, shown: str
) -> None:
    known = mail_values(Item(url=of_item), mailing(item_url=of_request), {})
    assert known["item"]["url"] == shown


def test_parameters_reach_in_by_dotted_names_and_are_taken_as_they_are() -> None:
    parameters = {"item.price": "60", "site.city": "Oslo", "code": "X1", "a.b.c": "deep"}
    parameters |= {"name": "flat", "name.first": "Ada"}
    known = values("sv-SE", parameters=parameters)
    assert known["item"]["price"] == "60"
    assert known["item"]["amount"] == "1299.00"
    assert known["site"] == {"name": "Orchid House", "city": "Oslo"}
    assert (known["code"], known["a"]) == ("X1", {"b": {"c": "deep"}})
    assert known["name"] == {"first": "Ada"}
    assert known["request"] == {"date": ASKED}


@given(st.text(), st.text(), st.none() | st.text() | st.sampled_from(["sv-SE", "fr_CA", "en"]))
def test_every_locale_makes_a_mail(amount: str, currency: str, locale: str | None) -> None:
    item = Item(name="Blue Orchid", price=amount, currency=currency)
    letter = Templates().render(KIND, values(locale, item), locale)
    assert "Blue Orchid" in letter.subject
