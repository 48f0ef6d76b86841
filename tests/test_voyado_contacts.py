"""Contacts: made once per address, changed with what hangs on them, erased without a trace."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink
from voyado import (
    V3,
    contact,
    listed,
    subscribed,
    v3,
    wrong,
)

FULL: dict[str, Any] = {
    "locale": "sv-SE",
    "firstName": "Kim",
    "lastName": "Berg",
    "attributes": {"vip": True, "points": 12, "size": {"shoe": [42, 43.5]}},
    "consent": {"source": "checkout", "on": "2023-12-07"},
}
EMPTY: dict[str, Any] = {
    "locale": None,
    "firstName": None,
    "lastName": None,
    "attributes": {},
    "consent": None,
}


async def read(shop: Shop, contact_id: str) -> dict[str, Any]:
    reply = await v3(shop, "GET", f"/contacts/{contact_id}")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def change(shop: Shop, contact_id: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = await v3(shop, "PATCH", f"/contacts/{contact_id}", body)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def own(body: dict[str, Any]) -> dict[str, Any]:
    """A contact without what Restock adds."""
    return {name: body[name] for name in ("email", *EMPTY)}


async def test_a_contact_is_made_and_read_by_id_and_by_address(shop: Shop) -> None:
    body = {"email": address(), **FULL}
    made = await v3(shop, "POST", "/contacts", body | {"unknown": "ignored"})
    given = made.json()
    assert made.status_code == 201
    assert given.keys() == {"id", "createdOn", "updatedOn", *body}
    assert own(given) == body
    assert made.headers["Location"] == f"{V3}/contacts/{UUID(given['id'])}"
    assert datetime.fromisoformat(given["createdOn"]).tzinfo
    assert await read(shop, given["id"]) == given
    found = await v3(shop, "GET", "/contacts", params={"email": body["email"].upper()})
    assert (found.status_code, found.json()) == (200, given)


@pytest.mark.parametrize(
    "body",
    [{}, EMPTY | {"attributes": None}, {"locale": "", "firstName": "", "lastName": ""}],
    ids=["left out", "null", "empty text"],
)
async def test_what_is_not_known_of_a_contact_is_null(shop: Shop, body: dict[str, Any]) -> None:
    email = address()
    contact_id = await contact(shop, email, **body)
    assert own(await read(shop, contact_id)) == {"email": email, **EMPTY}


async def test_a_contact_that_exists_is_answered_with_200_and_left_as_it_is(shop: Shop) -> None:
    email = address()
    first = await v3(shop, "POST", "/contacts", {"email": email, **FULL})
    again = await v3(shop, "POST", "/contacts", {"email": email.upper(), "firstName": "Other"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert await read(shop, first.json()["id"]) == first.json()


async def test_fifty_creates_at_once_make_exactly_one_contact(shop: Shop) -> None:
    body = {"email": address()}
    replies = await asyncio.gather(*(v3(shop, "POST", "/contacts", body) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [200] * 49 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


async def test_a_shopper_of_the_other_dialect_is_a_contact(shop: Shop) -> None:
    email = address()
    request = await shop.get(await shop.ask(email))
    assert (await read(shop, request["contactId"]))["email"] == email


async def test_a_shopper_who_asks_leaves_the_contact_as_it_is(shop: Shop) -> None:
    email = address()
    before = await read(shop, await contact(shop, email, **FULL))
    await shop.ask(email.upper())
    await subscribed(shop, before["id"], "SKU-1", "pl-PL")
    assert await read(shop, before["id"]) == before


async def test_another_sites_contact_does_not_exist(shop: Shop, other_shop: Shop) -> None:
    email = address()
    contact_id = await contact(shop, email)
    for method, body in (("GET", None), ("PATCH", {"locale": "en"}), ("DELETE", None)):
        reply = await v3(other_shop, method, f"/contacts/{contact_id}", body)
        assert wrong(reply, 404) == [("contactId", "NOT_FOUND")]
    reply = await v3(other_shop, "GET", "/contacts", params={"email": email})
    assert wrong(reply, 404) == [("email", "NOT_FOUND")]
    assert await contact(other_shop, email) != contact_id
    assert own(await read(shop, contact_id)) == {"email": email, **EMPTY}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("email", ..., "REQUIRED_FIELD"),
        ("email", None, "VALIDATION"),
        ("email", "nobody", "FORMAT"),
        ("email", f"{'a' * 250}@example.com", "MAX_LENGTH"),
        ("locale", "svenska", "FORMAT"),
        ("locale", "x" * 36, "MAX_LENGTH"),
        ("firstName", "x" * 201, "MAX_LENGTH"),
        ("lastName", "a\0b", "FORMAT"),
        ("attributes", "vip", "VALIDATION"),
        ("attributes", {"a": "x" * 5000}, "FORMAT"),
        ("attributes", {"a": [[[[[[[[[1]]]]]]]]]}, "FORMAT"),
        ("consent", "x" * 5000, "FORMAT"),
        ("consent", {"a\0": 1}, "FORMAT"),
    ],
)
async def test_a_wrong_field_is_named_by_create_and_change(
    shop: Shop, field: str, value: Any, rule: str
) -> None:
    body = {"email": address(), field: value}
    given = {name: each for name, each in body.items() if each is not ...}
    assert wrong(await v3(shop, "POST", "/contacts", given)) == [(field, rule)]
    if value is not ...:
        path = f"/contacts/{await contact(shop)}"
        assert wrong(await v3(shop, "PATCH", path, {field: value})) == [(field, rule)]


@pytest.mark.parametrize("parameters", [{}, {"email": ""}, {"email": "nobody"}])
async def test_contacts_are_found_by_a_whole_address_only(
    shop: Shop, parameters: dict[str, str]
) -> None:
    reply = await v3(shop, "GET", "/contacts", params=parameters)
    assert [field for field, _ in wrong(reply)] == ["email"]


@pytest.mark.parametrize("name", [name for name in FULL])
async def test_a_change_changes_what_is_given_and_null_clears_it(shop: Shop, name: str) -> None:
    new: Any = {"locale": "pl-PL", "attributes": {"vip": False}}.get(name, "New")
    before = own(await read(shop, contact_id := await contact(shop, **FULL)))
    changed = await change(shop, contact_id, {name: new})
    assert own(changed) == before | {name: new}
    assert await read(shop, contact_id) == changed
    cleared = await change(shop, contact_id, {name: None})
    assert own(cleared) == before | {name: EMPTY[name]}


async def test_a_change_of_nothing_changes_nothing(shop: Shop) -> None:
    contact_id = await contact(shop, **FULL)
    before = await read(shop, contact_id)
    assert own(await change(shop, contact_id, {"unknown": 1})) == own(before)


async def test_changes_of_different_fields_at_once_are_all_kept(shop: Shop) -> None:
    contact_id = await contact(shop)
    await asyncio.gather(*(change(shop, contact_id, {name: FULL[name]}) for name in FULL))
    after = await read(shop, contact_id)
    assert {name: after[name] for name in FULL} == FULL


async def test_requests_go_to_a_changed_address_and_the_old_one_is_free(
    shop: Shop, sink: SmtpSink
) -> None:
    old, new = address("old"), address("new")
    contact_id = await contact(shop, old)
    request_id = await shop.ask(old)
    changed = await change(shop, contact_id, {"email": new})
    assert changed["email"] == new
    assert (await shop.post_request(new)).status_code == 409
    again = await shop.get(await shop.ask(old))
    assert again["contactId"] != contact_id
    await shop.report(requestIds=[request_id])
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert (len(sink.to(old)), len(sink.to(new))) == (0, 1)


async def test_a_request_that_failed_is_tried_again_at_the_changed_address(
    shop: Shop, sink: SmtpSink
) -> None:
    mistyped, right = address("refused"), address("right")
    request_id = await shop.ask(mistyped)
    await shop.report()
    failed = await shop.until(request_id, "FAILED")
    await change(shop, failed["contactId"], {"email": right})
    await shop.report(requestIds=[request_id])
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(right)) == 1


async def test_a_change_to_the_address_of_another_contact_changes_nothing(shop: Shop) -> None:
    taken, email = address("taken"), address()
    await contact(shop, taken)
    contact_id = await contact(shop, email)
    request_id = await shop.ask(email)
    reply = await v3(
        shop, "PATCH", f"/contacts/{contact_id}", {"email": taken.upper(), "locale": "en"}
    )
    assert wrong(reply, 409) == [("email", "UNIQUE")]
    assert own(await read(shop, contact_id)) == {"email": email, **EMPTY}
    assert (await shop.get(request_id))["email"] == email


async def test_only_the_letter_case_of_an_address_may_change(shop: Shop) -> None:
    email = address()
    contact_id = await contact(shop, email)
    request_id = await shop.ask(email)
    spelt = email.replace("shopper", "Shopper")
    assert (await change(shop, contact_id, {"email": spelt}))["email"] == spelt
    assert (await shop.get(request_id))["email"] == spelt
    assert (await shop.post_request(email)).status_code == 409


async def test_the_subscriptions_of_a_contact_are_listed_and_nobody_elses(shop: Shop) -> None:
    one, other = await contact(shop), await contact(shop)
    await subscribed(shop, one)
    assert await listed(shop, other) == []
