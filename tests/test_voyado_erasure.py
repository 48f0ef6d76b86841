"""A contact that is erased leaves no trace, and one that is in use is erased or changed safely."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from shop import BASE, Shop, eventually
from shoppers import address
from temporalio.client import Client
from traces import tables_with, traces
from voyado import (
    SUBSCRIPTIONS,
    contact,
    keep_products,
    problem,
    subscribe,
    subscribed,
    v3,
    withdrawn,
    wrong,
)


async def test_an_erased_contact_leaves_no_trace(shop: Shop, temporal: Client) -> None:
    email, other = address("forgotten"), address("remembered")
    await keep_products(shop, "sv-se", "SKU-1")
    contact_id = await contact(shop, email, attributes={"vip": True})
    told, waits = await shop.ask(email), await subscribed(shop, contact_id)
    body, headers = shop.new_request(email, "fern"), {"Idempotency-Key": str(uuid4())}
    kept = await shop.call("POST", BASE, body, headers=headers)
    others = await shop.ask(other)
    await shop.report()
    for request_id in (told, others):
        await shop.until(request_id, "NOTIFICATION_SENT")
    for buyer in (email, other):
        await v3(shop, "POST", "/purchases", {"email": buyer, "sku": "SKU-1"})
    assert {"contacts", "requests", "purchases", "idempotency_keys"} <= await tables_with(
        shop.store, email
    )
    assert {"conversations", "timeline"} & await tables_with(shop.store, contact_id)

    erased = await v3(shop, "DELETE", f"/contacts/{contact_id}")
    assert (erased.status_code, erased.content) == (204, b"")
    open_ids = [waits, kept.json()["request"]["id"]]
    for secret in (email, contact_id, told, *open_ids):
        assert await traces(shop.store, secret) == set()
    for request_id in open_ids:
        await withdrawn(temporal, request_id)
    assert {"contacts", "requests", "purchases"} <= await tables_with(shop.store, other)
    assert (await shop.get(others))["status"] == "NOTIFICATION_SENT"


async def test_an_erased_contact_is_unknown_from_then_on(shop: Shop) -> None:
    email = address()
    contact_id = await contact(shop, email)
    subscription_id = await subscribed(shop, contact_id)
    await v3(shop, "DELETE", f"/contacts/{contact_id}")
    for reply in (
        await v3(shop, "GET", f"/contacts/{contact_id}"),
        await v3(shop, "DELETE", f"/contacts/{contact_id}"),
        await v3(shop, "PATCH", f"/contacts/{contact_id}", {}),
        await subscribe(shop, contact_id),
    ):
        assert wrong(reply, 404) == [("contactId", "NOT_FOUND")]
    assert problem(await v3(shop, "DELETE", f"{SUBSCRIPTIONS}/{subscription_id}"), 404)
    assert await contact(shop, email) != contact_id


async def test_a_contact_may_be_erased_and_changed_while_its_requests_are_told(
    shop: Shop,
) -> None:
    emails = [address() for _ in range(12)]
    ids = [(await shop.get(await shop.ask(email)))["contactId"] for email in emails]
    changes = [
        v3(shop, "PATCH", f"/contacts/{contact_id}", {"email": address("moved")})
        for contact_id in ids[:6]
    ]
    erasures = [v3(shop, "DELETE", f"/contacts/{contact_id}") for contact_id in ids[6:]]
    replies = await asyncio.gather(shop.report(), *changes, *erasures)
    assert [reply.status_code for reply in replies[1:]] == [200] * 6 + [204] * 6
    found = [await shop.store.contacts.find(shop.site, email) for email in emails]
    assert found == [None] * 12


@pytest.mark.parametrize(
    ("method", "body"), [("DELETE", None), ("PATCH", {"email": "moved@example.com"})]
)
async def test_whoever_is_changing_a_request_of_a_contact_can_finish_first(
    shop: Shop, method: str, body: Any
) -> None:
    request = await shop.get(await shop.ask(address()))
    path = f"/contacts/{request['contactId']}"
    async with shop.store.pool.acquire() as other, other.transaction():
        await other.execute("UPDATE requests SET quantity = 2 WHERE id = $1", UUID(request["id"]))
        changing = asyncio.create_task(v3(shop, method, path, body))
        await eventually(lambda: someone_waits(shop), "the call to wait")
        await other.execute(
            "INSERT INTO conversations (site, contact_id, author, text) "
            "VALUES ($1, $2, 'owner', 'Marked.')",
            shop.site,
            UUID(request["contactId"]),
        )
    assert (await changing).status_code in (200, 204)


async def someone_waits(shop: Shop) -> bool:
    """Whether a call is waiting for rows that another holds."""
    sql = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
    return bool(await shop.store.pool.fetchval(sql))
