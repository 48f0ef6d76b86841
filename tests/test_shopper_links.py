"""The signed links in mails: each opens what it was made for, until it ends, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shopper_links import (
    ExpiredLinkError,
    InvalidLinkError,
    LinkPurpose,
    opened,
    own_requests_url,
    signed_token,
    site_of,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SOON = NOW + timedelta(hours=24)
SECOND = timedelta(seconds=1)
sites = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
keys = st.binary(min_size=16, max_size=32)
purposes = st.sampled_from(LinkPurpose)


@given(key=keys, purpose=purposes, site=sites, subject=st.uuids())
def test_a_link_opens_what_it_was_made_for_until_it_ends(
    key: bytes, purpose: LinkPurpose, site: str, subject: UUID
) -> None:
    token = signed_token(key, purpose, site, subject, SOON)
    assert site_of(token) == site
    assert opened(token, key, purpose, SOON - SECOND) == subject
    with pytest.raises(ExpiredLinkError) as expired:
        opened(token, key, purpose, SOON)
    assert expired.value.subject == subject


@given(key=keys, other=keys, purpose=purposes, site=sites, subject=st.uuids())
def test_a_link_of_another_site_is_forged(
    key: bytes, other: bytes, purpose: LinkPurpose, site: str, subject: UUID
) -> None:
    token = signed_token(key, purpose, site, subject, SOON)
    _, _, sealed = token.partition(".")
    for wrong, its_key in ((f"x{site[:62]}.{sealed}", key), (token, other + b"x")):
        with pytest.raises(InvalidLinkError):
            opened(wrong, its_key, purpose, NOW)


@given(subject=st.uuids(), place=st.integers(0, 47), letter=st.sampled_from("AZaz09-_"))
def test_a_link_with_another_letter_is_forged(subject: UUID, place: int, letter: str) -> None:
    purpose = LinkPurpose.OWN_REQUESTS
    token = signed_token(b"a key for tests", purpose, "main", subject, SOON)
    place += len("main.")
    if token[place] != letter:
        changed = token[:place] + letter + token[place + 1 :]
        with pytest.raises(InvalidLinkError):
            opened(changed, b"a key for tests", purpose, NOW)


@given(st.text(max_size=200))
def test_whatever_else_is_no_link(text: str) -> None:
    with pytest.raises(InvalidLinkError):
        opened(text, b"a key for tests", LinkPurpose.OWN_REQUESTS, NOW)


def test_the_link_to_own_requests_lasts_for_a_year_and_fits_a_line() -> None:
    contact = UUID(int=7)
    url = own_requests_url("https://restock.example.com/", b"key", "main", contact)
    assert url.startswith("https://restock.example.com/my/main.")
    assert len(f"List-Unsubscribe: <{url}>") < 998
    token = url.rpartition("/")[2]
    now = datetime.now(UTC)
    assert opened(token, b"key", LinkPurpose.OWN_REQUESTS, now + timedelta(days=364)) == contact
    with pytest.raises(ExpiredLinkError):
        opened(token, b"key", LinkPurpose.OWN_REQUESTS, now + timedelta(days=366))
