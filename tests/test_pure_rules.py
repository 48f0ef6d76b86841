"""Properties of the rules that need no database and no engine."""

import json
import unicodedata
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.catalog import CatalogReference, Item
from domain.ids import (
    address_key,
    message_id,
    report_workflow_id,
    request_id_of,
    request_workflow_id,
    restock_workflow_id,
)
from domain.images import usable_image_url
from domain.policy import Policy
from domain.privacy import masked

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12, allow_nan=False)
scalars = st.none() | st.booleans() | numbers | texts
keys = texts.map(lambda key: unicodedata.normalize("NFC", key))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
)
options = st.dictionaries(keys, values, max_size=4)


def key(options: Any, item: str = "orchid", app: str = "app") -> str:
    return CatalogReference(app_id=app, catalog_item_id=item, options=options).item_key


def respelt(value: Any) -> Any:
    """The same JSON in other words: keys turned round, numbers and letters written otherwise."""
    match value:
        case bool() | None:
            return value
        case int():
            return float(value)
        case float():
            return int(value) if value.is_integer() else value
        case str():
            return unicodedata.normalize("NFD", value)
        case dict():
            return {respelt(name): respelt(value[name]) for name in reversed(value)}
    return [respelt(element) for element in value]


def same(one: Any, other: Any) -> bool:
    """Deep equality of JSON, where true is not 1 and Unicode forms are one."""
    if isinstance(one, str) and isinstance(other, str):
        return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


@given(options)
def test_equal_references_have_one_key_however_they_are_written(options: dict[str, Any]) -> None:
    assert key(respelt(options)) == key(options)
    assert key(json.loads(json.dumps(options))) == key(options)


@given(options, options)
def test_keys_are_equal_only_where_the_references_are(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert (key(one) == key(other)) is same(one, other)


@given(texts, texts, texts, texts)
def test_the_parts_of_a_reference_do_not_run_into_each_other(
    app: str, item: str, other_app: str, other_item: str
) -> None:
    assume(not (same(app, other_app) and same(item, other_item)))
    assert key(None, item, app) != key(None, other_item, other_app)


@pytest.mark.parametrize(
    "pair",
    [({}, None), ({"n": 1}, {"n": 1.0}), ({"n": 1e2}, {"n": 100}), ({"n": -0.0}, {"n": 0})],
    ids=str,
)
def test_spellings_that_mean_one_item(pair: tuple[Any, Any]) -> None:
    assert key(pair[0]) == key(pair[1])


def test_the_order_of_keys_does_not_matter_even_where_only_their_unicode_form_differs() -> None:
    composed, decomposed = "\u00e9", "e\u0301"
    assert key({composed: 1, decomposed: 2}) == key({decomposed: 2, composed: 1})


@given(st.uuids())
def test_a_workflow_id_gives_its_request_back(request_id: UUID) -> None:
    assert request_id_of(request_workflow_id(request_id)) == request_id


@pytest.mark.parametrize("other", ["restock/main/abc", "request/no-guid", "", "Request/"])
def test_another_workflows_id_is_no_requests(other: str) -> None:
    with pytest.raises(ValueError, match=r"workflow id of a request|badly formed"):
        request_id_of(other)


@given(st.lists(st.uuids(), min_size=1, max_size=5, unique=True), st.randoms())
def test_the_same_ids_in_any_order_are_one_report(ids: list[UUID], random: Any) -> None:
    shuffled = random.sample(ids, len(ids))
    assert report_workflow_id("main", shuffled) == report_workflow_id("main", ids)
    assert report_workflow_id("main", ids[1:]) != report_workflow_id("main", ids)
    assert report_workflow_id("other", ids) != report_workflow_id("main", ids)


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True), options)
def test_workflow_ids_fit_into_temporals_index(site: str, options: dict[str, Any]) -> None:
    assert len(restock_workflow_id(site, key(options)).encode()) < 255
    assert len(report_workflow_id(site, [UUID(int=1)]).encode()) < 255


@given(st.uuids(), st.uuids(), st.uuids())
def test_a_message_id_is_one_per_request_and_restock(a: UUID, b: UUID, other: UUID) -> None:
    assume(len({a, b, other}) == 3)
    first = message_id(a, b, "shop.test")
    assert first == message_id(a, b, "shop.test")
    assert first not in (message_id(other, b, "shop.test"), message_id(a, other, "shop.test"))
    assert first.startswith("<")
    assert first.endswith("@shop.test>")


@given(st.emails(), texts, texts)
def test_no_address_survives_masking(email: str, before: str, after: str) -> None:
    for spelling in (email, email.upper(), f"<{email}>", f"<{email}>:"):
        shown = masked(f"550 {before} {spelling} {after}", email)
        assert email.lower() not in shown.lower()
        assert len(shown) <= 500
        assert "\n" not in shown


@given(st.from_regex(r"[a-z0-9.+_-]{1,20}@[a-z0-9-]{1,10}\.[a-z]{2,5}", fullmatch=True), texts)
def test_no_address_survives_masking_even_if_it_is_nobody_we_know(email: str, text: str) -> None:
    assert email not in masked(f"{text} <{email}>: {email}, '{email}'; to={email} {text}")


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("https://x.test/a.jpg?b=c#d", "https://x.test/a.jpg?b=c#d"),
        ("HTTP://X.test", "HTTP://X.test"),
        (
            "wix:image://v1/a1_b2~mv2.jpg/blue%20orchid.jpg#originWidth=3&originHeight=4",
            "https://static.wixstatic.com/media/a1_b2~mv2.jpg",
        ),
        ("wix:image://v1/a1_b2~mv2.jpg", "https://static.wixstatic.com/media/a1_b2~mv2.jpg"),
        ("wix:image://v1/a%2Fb", "https://static.wixstatic.com/media/a%2Fb"),
    ],
)
def test_images_are_shown_from_where_a_mail_can_fetch_them(given_: str, shown: str) -> None:
    assert usable_image_url(given_) == shown


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.jpg",
        "//x.test/a",
        "ftp://x.test/a",
        "javascript:alert(1)",
        "data:image/png;base64,x",
        "https://",
        "https://x.test/a b",
        "https://x.test/\n",
        "https://x.test/" + "a" * 2048,
        "https://[x",
        "wix:image://v1/",
        "wix:video://v1/a",
    ],
)
def test_other_image_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"must|Invalid"):
        usable_image_url(address)


def test_a_policy_is_its_defaults_with_what_was_stored() -> None:
    assert Policy.of(None) == Policy.of({}) == Policy()
    stored = {"automation": False, "ownerNotices": "off", "ofANewerVersion": 1}
    policy = Policy.of(stored)
    assert (policy.automation, policy.owner_notices, policy.unknown_delivery) == (
        False,
        "off",
        "resend",
    )
    with pytest.raises(ValidationError):
        Policy.of({"ownerNotices": "sometimes"})


def test_an_item_takes_from_another_only_what_it_does_not_know() -> None:
    report, sign_up = Item(name="Red", price=""), Item(name="Blue", price="1", image_url="u")
    assert report.or_else(sign_up) == Item(name="Red", price="1", image_url="u")


@given(st.emails())
def test_letter_case_and_spaces_make_no_other_shopper(email: str) -> None:
    assert address_key(f" {email.upper()} ") == address_key(email)
