"""Subscriptions of Voyado's dialect, in the documentation's own payloads and order."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_engine_away import cut_off as cut_off
from voyado import (
    STOCK,
    SUBSCRIPTIONS,
    V3,
    contact,
    keep_products,
    listed,
    problem,
    subscribe,
    subscribed,
    v3,
    withdrawn,
    wrong,
)

SKU = "AD_0397_V_685_006_66"
# The documentation's matching table.
FIVE = [
    ("SKU-1", "sv-se", None),
    ("SKU-1", "pl-pl", None),
    ("SKU-1", "sv-se", "SE-SKU-1"),
    ("SKU-1", "pl-pl", "PL-SKU-1"),
    ("SKU-2", "sv-se", None),
]


async def test_the_documented_calls_give_the_documented_replies(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    contact_id = await contact(shop, shopper)
    await keep_products(shop, "en-us", SKU)
    body = {"contactId": contact_id, "locale": "en-US", "sku": SKU}
    made = await v3(shop, "POST", SUBSCRIPTIONS, body)
    first = made.json()
    assert made.status_code == 201
    assert first == body | {
        "id": str(UUID(first["id"])),
        "externalId": None,
        "createdOn": first["createdOn"],
    }
    assert made.headers["Location"] == f"{V3}{SUBSCRIPTIONS}/{first['id']}"
    made = await v3(shop, "POST", SUBSCRIPTIONS, body | {"externalId": "US-1", "sku": "OTHER"})
    second = made.json()
    assert (made.status_code, second["externalId"]) == (201, "US-1")

    listing = await v3(shop, "GET", f"/contacts/{contact_id}/backinstock/subscriptions")
    assert (listing.status_code, listing.json().keys()) == (202, {"data"})
    assert sorted(listing.json()["data"], key=lambda each: each["sku"]) == [first, second]

    levels = [{"quantity": 7, "sku": SKU, "locale": "en-US"}]
    updated = await v3(shop, "PUT", STOCK, levels)
    assert (updated.status_code, updated.json()) == (202, {"received": 1, "outdated": 0})
    await until_used_up(shop, contact_id, first["id"])
    assert await listed(shop, contact_id) == [second]

    deleted = await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{second['id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert await listed(shop, contact_id) == []
    await shop.until(first["id"], "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def until_used_up(shop: Shop, contact_id: str, subscription_id: str) -> None:
    async def gone() -> bool:
        return subscription_id not in {each["id"] for each in await listed(shop, contact_id)}

    await eventually(gone, f"{subscription_id} to be used up")


async def test_the_five_subscriptions_of_the_matching_table_stand_beside_each_other(
    shop: Shop,
) -> None:
    contact_id = await contact(shop)
    for days, (sku, locale, external_id) in enumerate(FIVE):
        reply = await subscribe(shop, contact_id, sku, locale, external_id)
        assert reply.status_code == 201, reply.text
        await make_older(shop, reply.json()["id"], days)
    found = await listed(shop, contact_id)
    oldest_first = FIVE[::-1]
    assert [(each["sku"], each["locale"], each["externalId"]) for each in found] == oldest_first


async def make_older(shop: Shop, subscription_id: str, days: int) -> None:
    sql = (
        "UPDATE requests SET created_date = created_date - make_interval(days => $2) WHERE id = $1"
    )
    await shop.store.pool.execute(sql, UUID(subscription_id), days)


async def test_the_created_date_is_now_in_seconds_with_an_offset(shop: Shop) -> None:
    made = await subscribe(shop, await contact(shop))
    created = made.json()["createdOn"]
    assert created == datetime.fromisoformat(created).isoformat(timespec="seconds")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(created)) < timedelta(minutes=1)
    assert created.endswith("+00:00")


@pytest.mark.parametrize("locale", ["sv-se", "sv-SE", "SV_se"])
@pytest.mark.parametrize(
    ("first", "again"), [(None, None), (None, ""), ("", ...), ("SE-1", "SE-1")]
)
async def test_an_open_subscription_that_is_asked_for_again_is_answered_with_200(
    shop: Shop, locale: str, first: str | None, again: Any
) -> None:
    contact_id = await contact(shop)
    made = await subscribe(shop, contact_id, external_id=first)
    body = {"contactId": contact_id, "locale": locale, "sku": "SKU-1", "externalId": again}
    reply = await v3(shop, "POST", SUBSCRIPTIONS, {k: v for k, v in body.items() if v is not ...})
    assert (made.status_code, reply.status_code) == (201, 200)
    assert reply.json() == made.json()
    assert reply.headers["Location"] == made.headers["Location"]
    assert await listed(shop, contact_id) == [made.json()]


async def test_another_contact_sku_locale_or_external_id_is_another_subscription(
    shop: Shop,
) -> None:
    one, other = await contact(shop), await contact(shop)
    ids = {
        await subscribed(shop, one),
        await subscribed(shop, other),
        await subscribed(shop, one, "sku-1"),
        await subscribed(shop, one, "SKU-1", "sv"),
        await subscribed(shop, one, "SKU-1", "sv-se", "se-1"),
        await subscribed(shop, one, "SKU-1", "sv-se", "SE-1"),
    }
    assert len(ids) == 6


async def test_fifty_creates_at_once_make_exactly_one_subscription(shop: Shop) -> None:
    contact_id = await contact(shop)
    replies = await asyncio.gather(*(subscribe(shop, contact_id) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [200] * 49 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


async def test_a_subscription_that_was_deleted_can_be_made_again(shop: Shop) -> None:
    contact_id = await contact(shop)
    first = await subscribed(shop, contact_id)
    await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{first}")
    assert await subscribed(shop, contact_id) != first


async def test_a_contact_that_is_unknown_or_of_another_site_is_named(
    shop: Shop, other_shop: Shop
) -> None:
    for contact_id in (str(uuid4()), await contact(other_shop)):
        for reply in (
            await subscribe(shop, contact_id),
            await v3(shop, "GET", f"/contacts/{contact_id}/backinstock/subscriptions"),
        ):
            assert wrong(reply, 404) == [("contactId", "NOT_FOUND")]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("contactId", ..., "REQUIRED_FIELD"),
        ("contactId", "4711", "FORMAT"),
        ("contactId", None, "FORMAT"),
        ("locale", ..., "REQUIRED_FIELD"),
        ("locale", "", "FORMAT"),
        ("locale", "sv se", "FORMAT"),
        ("locale", "x", "FORMAT"),
        ("locale", 7, "VALIDATION"),
        ("sku", ..., "REQUIRED_FIELD"),
        ("sku", "", "MIN_LENGTH"),
        ("sku", "x" * 101, "MAX_LENGTH"),
        ("sku", "a\0b", "FORMAT"),
        ("sku", 4711, "VALIDATION"),
        ("externalId", "x" * 101, "MAX_LENGTH"),
        ("externalId", 7, "VALIDATION"),
    ],
)
async def test_a_wrong_field_is_named(shop: Shop, field: str, value: Any, rule: str) -> None:
    body = {"contactId": str(uuid4()), "locale": "sv-SE", "sku": "SKU-1", field: value}
    given = {name: each for name, each in body.items() if each is not ...}
    assert wrong(await v3(shop, "POST", SUBSCRIPTIONS, given)) == [(field, rule)]


async def test_what_is_not_known_of_the_dialect_is_ignored(shop: Shop) -> None:
    body = {"contactId": await contact(shop), "locale": "sv-SE", "sku": "x" * 100, "later": [1]}
    reply = await v3(shop, "POST", SUBSCRIPTIONS, body)
    assert reply.status_code == 201
    assert "later" not in reply.json()


async def test_only_a_subscription_that_waits_is_deleted(shop: Shop, other_shop: Shop) -> None:
    contact_id = await contact(shop)
    waits = await subscribed(shop, contact_id)
    used_up = await subscribed(shop, contact_id, "SKU-2")
    await shop.store.requests.mark(shop.site, UUID(used_up))
    of_wix = await shop.ask(address())
    for caller, subscription_id in (
        (shop, used_up),
        (shop, of_wix),
        (shop, str(uuid4())),
        (other_shop, waits),
    ):
        reply = await v3(caller, "DELETE", f"{SUBSCRIPTIONS}/{subscription_id}")
        assert problem(reply, 404)["type"] == "urn:restock:problem:subscription-not-found"
    assert [each["id"] for each in await listed(shop, contact_id)] == [waits]
    assert {(await shop.get(each))["status"] for each in (waits, of_wix)} == {"RECEIVED"}
    assert (await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{waits}")).status_code == 204
    assert (await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{waits}")).status_code == 404


async def test_a_deleted_subscription_ends_its_workflow(shop: Shop, temporal: Client) -> None:
    subscription_id = await subscribed(shop, await contact(shop))
    await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{subscription_id}")
    await withdrawn(temporal, subscription_id)
    assert UUID(subscription_id) not in await shop.store.requests.withdrawals(500)


async def test_a_request_of_the_other_dialect_is_not_listed(shop: Shop) -> None:
    email = address()
    await shop.ask(email)
    found = await v3(shop, "GET", "/contacts", params={"email": email})
    assert await listed(shop, found.json()["id"]) == []


async def test_a_contact_that_is_erased_meanwhile_is_not_made_again(shop: Shop) -> None:
    emails = [address() for _ in range(15)]
    ids = [await contact(shop, email) for email in emails]
    asked = [subscribe(shop, contact_id, sku) for contact_id in ids for sku in ("A", "B")]
    erased = [v3(shop, "DELETE", f"/contacts/{contact_id}") for contact_id in ids]
    replies = await asyncio.gather(*asked, *erased)
    assert {reply.status_code for reply in replies} <= {201, 204, 404}
    assert [await shop.store.contacts.find(shop.site, email) for email in emails] == [None] * 15


@pytest.mark.parametrize(
    ("feed", "name"), [("sv-se", "Väska"), ("sv", "Väska"), ("en", "Bag"), (None, "SKU-1")]
)
async def test_the_item_is_called_as_the_closest_feed_says(
    shop: Shop, feed: str | None, name: str
) -> None:
    if feed:
        # The first feed stands in where the locale has none.
        await keep_products(shop, "en", "SKU-1", "SKU-2")
    if feed not in (None, "en"):
        await keep_products(shop, feed, "SKU-1", name=name)
    subscription_id = await subscribed(shop, await contact(shop), "SKU-1", "sv-SE")
    row = await shop.row(subscription_id)
    assert (row.title, row.item.currency) == (name, "SEK" if feed else "")
    notice = await shop.store.inbox.request_notice(shop.site, UUID(subscription_id))
    assert notice
    assert notice.item.name == name
    lines = [line.text for line in await shop.store.inbox.lines(shop.site, None, 10)]
    assert lines == [f"Asked to be told when {name} is back."]


async def test_a_storefront_subscribes_and_reads_nothing(shop: Shop) -> None:
    body = {"contactId": await contact(shop), "locale": "sv-SE", "sku": "SKU-1"}
    made = await v3(shop, "POST", SUBSCRIPTIONS, body, scope="storefront")
    assert made.status_code == 201
    path = f"/contacts/{body['contactId']}/backinstock/subscriptions"
    assert problem(await v3(shop, "GET", path, scope="storefront"), 403)


async def test_a_subscription_whose_workflow_runs_is_not_left_to_the_reconciler(
    shop: Shop,
) -> None:
    subscription_id = await subscribed(shop, await contact(shop))
    waiting = await shop.store.requests.not_started(older_than_seconds=0, limit=500)
    assert subscription_id not in {str(request.id) for request in waiting}


async def test_while_temporal_is_away_subscriptions_are_made_and_deleted(cut_off: Shop) -> None:
    contact_id = await contact(cut_off)
    kept = await subscribed(cut_off, contact_id)
    waiting = await cut_off.store.requests.not_started(older_than_seconds=0, limit=500)
    assert kept in {str(request.id) for request in waiting}
    assert (await v3(cut_off, "DELETE", f"{SUBSCRIPTIONS}/{kept}")).status_code == 204
    assert UUID(kept) in await cut_off.store.requests.withdrawals(limit=500)
