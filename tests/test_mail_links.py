"""The link of a mail: the item's own address, with what tells the shop where a visit comes from."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import ORCHID, mailing
from pydantic import ValidationError

from domain.images import LONGEST_URL
from domain.settings import Settings
from mails.links import item_link
from mails.values import mail_values

UTM = Settings().utm
TOKEN = "T" * 64


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://shop.test/blue", f"https://shop.test/blue?rsk={TOKEN}&{UTM}"),
        ("https://shop.test/?a=1&b=2", f"https://shop.test/?a=1&b=2&rsk={TOKEN}&{UTM}"),
        ("https://shop.test/b#size", f"https://shop.test/b?rsk={TOKEN}&{UTM}#size"),
        ("https://s.test/%C3%A4?q=a%20b+c", f"https://s.test/%C3%A4?q=a%20b+c&rsk={TOKEN}&{UTM}"),
        ("", ""),
    ],
)
def test_a_link_says_where_a_visit_comes_from_and_stays_as_it_is_otherwise(
    url: str, link: str
) -> None:
    assert item_link(url, TOKEN, UTM) == link


@pytest.mark.parametrize("own", ["utm_source=news", "a=1&utm_campaign=spring", "utm_id="])
def test_a_shop_that_counts_by_parameters_of_its_own_keeps_them_alone(own: str) -> None:
    url = f"https://shop.test/blue?{own}"
    assert item_link(url, TOKEN, UTM) == f"{url}&rsk={TOKEN}"


def test_what_would_make_an_address_too_long_is_left_out_the_statistics_first() -> None:
    url = "https://shop.test/" + "x" * (LONGEST_URL - len(TOKEN) - 30)
    assert item_link(url, TOKEN, UTM) == f"{url}?rsk={TOKEN}"
    longest = url.ljust(LONGEST_URL, "x")
    assert item_link(longest, TOKEN, UTM) == longest


def test_without_either_the_address_stays() -> None:
    assert item_link("https://shop.test/?&a", "") == "https://shop.test/?&a"


NAMES = st.text(min_size=1, max_size=9).filter(lambda name: name[:4] != "utm_")


# Short enough for an address: what is too long is looked at above.
@given(st.dictionaries(NAMES, st.text(max_size=9), max_size=5))
def test_no_parameter_of_the_shop_is_lost_or_changed(query: dict[str, str]) -> None:
    url = f"https://shop.test/blue?{urlencode(query)}#part"
    shown = urlsplit(item_link(url, "", UTM))
    assert dict(parse_qsl(shown.query, keep_blank_values=True)) == query | dict(parse_qsl(UTM))
    assert (shown.path, shown.fragment) == ("/blue", "part")


def test_a_link_that_a_report_named_is_marked_too() -> None:
    parameters = {"item.url": "https://shop.test/red"}
    known = mail_values(ORCHID, mailing(), parameters, campaign="utm_source=x")
    assert known["item"]["url"] == "https://shop.test/red?utm_source=x"


def test_the_statistics_are_told_what_the_setting_says_or_nothing() -> None:
    assert Settings(utm="off").utm == ""
    assert Settings(utm="utm_source=a%20b").utm == "utm_source=a%20b"
    for wrong in ("source=x", "utm_source", "utm_source=a b", "utm_source=x&rsk=1", "on"):
        with pytest.raises(ValidationError, match="utm_source"):
            Settings(utm=wrong)
