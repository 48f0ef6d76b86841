"""Purchases: who bought what, by contact or by address, and only the newest is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from shop import Shop
from shoppers import address
from voyado import contact, v3, wrong

MONDAY, TUESDAY = "2026-05-04T10:00:00+00:00", "2026-05-05T10:00:00+02:00"


async def bought(shop: Shop) -> dict[tuple[str, str], datetime]:
    """What a shop's shoppers bought: by address and sku."""
    rows = await shop.store.pool.fetch(
        "SELECT address_key, sku, purchased_date FROM purchases WHERE site = $1", shop.site
    )
    return {(row["address_key"], row["sku"]): row["purchased_date"] for row in rows}


def of(email: str, sku: str = "SKU-1", on: str | None = MONDAY) -> dict[str, Any]:
    return {"email": email, "sku": sku, "purchasedOn": on}


async def record(shop: Shop, body: Any) -> None:
    reply = await v3(shop, "POST", "/purchases", body, scope="inventory")
    received = len(body) if isinstance(body, list) else 1
    assert (reply.status_code, reply.json()) == (202, {"received": received})


async def test_purchases_are_recorded_by_contact_and_by_address(shop: Shop) -> None:
    known, unknown = address(), address()
    by_id = {"contactId": await contact(shop, known), "sku": "SKU-1", "purchasedOn": TUESDAY}
    await record(shop, [by_id, of(unknown.upper()), of(unknown, "SKU-2")])
    assert await bought(shop) == {
        (known, "SKU-1"): datetime.fromisoformat(TUESDAY),
        (unknown, "SKU-1"): datetime.fromisoformat(MONDAY),
        (unknown, "SKU-2"): datetime.fromisoformat(MONDAY),
    }


async def test_one_purchase_may_come_without_an_array(shop: Shop) -> None:
    email = address()
    await record(shop, of(email))
    assert (await bought(shop)).keys() == {(email, "SKU-1")}
    await record(shop, [])


@pytest.mark.parametrize("dates", [(MONDAY, TUESDAY), (TUESDAY, MONDAY)])
async def test_the_newest_purchase_is_kept(shop: Shop, dates: tuple[str, str]) -> None:
    apart, together = address(), address()
    for date in dates:
        await record(shop, of(apart, on=date))
    await record(shop, [of(together, on=date) for date in dates])
    assert set((await bought(shop)).values()) == {datetime.fromisoformat(TUESDAY)}


@pytest.mark.parametrize("on", ["2999-01-01T00:00:00Z", None, ...])
async def test_a_purchase_of_the_future_or_without_a_date_is_of_now(shop: Shop, on: Any) -> None:
    purchase = of(address(), on=on)
    await record(shop, {name: value for name, value in purchase.items() if value is not ...})
    (moment,) = (await bought(shop)).values()
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)


async def test_unknown_contacts_are_named_and_nothing_is_recorded(
    shop: Shop, other_shop: Shop
) -> None:
    ids = [await contact(shop), str(uuid4()), await contact(other_shop)]
    purchases = [{"contactId": contact_id, "sku": "SKU-1"} for contact_id in ids]
    reply = await v3(shop, "POST", "/purchases", [of(address()), *purchases])
    named = [("[2].contactId", "NOT_FOUND"), ("[3].contactId", "NOT_FOUND")]
    assert wrong(reply, 404) == named
    assert await bought(shop) == {}


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"sku": ...}, ".sku", "REQUIRED_FIELD"),
        ({"sku": ""}, ".sku", "MIN_LENGTH"),
        ({"email": "nobody"}, ".email", "FORMAT"),
        ({"contactId": "4711"}, ".contactId", "FORMAT"),
        ({"purchasedOn": "yesterday"}, ".purchasedOn", "FORMAT"),
        ({"email": ...}, "", "REQUIRED_ONE_OF_FIELD"),
        ({"contactId": str(uuid4())}, "", "REQUIRED_ONE_OF_FIELD"),
    ],
)
async def test_a_wrong_purchase_is_named_by_index_and_field_and_nothing_is_recorded(
    shop: Shop, change: dict[str, Any], field: str, rule: str
) -> None:
    bad = {name: value for name, value in (of(address()) | change).items() if value is not ...}
    reply = await v3(shop, "POST", "/purchases", [of(address()), bad])
    assert wrong(reply) == [(f"[1]{field}", rule)]
    assert wrong(await v3(shop, "POST", "/purchases", bad)) == [(f"[0]{field}", rule)]
    assert await bought(shop) == {}


async def test_more_than_ten_thousand_purchases_are_refused(shop: Shop) -> None:
    purchases = [{"contactId": str(uuid4()), "sku": "SKU-1"}] * 10_001
    assert wrong(await v3(shop, "POST", "/purchases", purchases)) == [("", "MAX_SIZE")]


async def test_purchases_go_with_a_contacts_changed_address(shop: Shop) -> None:
    old, new = address("old"), address("new")
    contact_id = await contact(shop, old)
    await record(shop, [of(old), of(old, "SKU-2", TUESDAY), of(old, "SKU-3")])
    await record(shop, [of(new, "SKU-2"), of(new, "SKU-3", TUESDAY)])
    await v3(shop, "PATCH", f"/contacts/{contact_id}", {"email": new})
    assert await bought(shop) == {
        (new, "SKU-1"): datetime.fromisoformat(MONDAY),
        (new, "SKU-2"): datetime.fromisoformat(TUESDAY),
        (new, "SKU-3"): datetime.fromisoformat(TUESDAY),
    }


async def test_a_contact_who_just_bought_the_item_is_left_out(shop: Shop) -> None:
    conditions = {"conditions": {"daysSincePurchase": {"$gte": 5}}}
    assert (await shop.call("PATCH", "/v1/policy", conditions)).status_code == 200
    buyer, other = address("buyer"), address("other")
    waits, told = await shop.ask(buyer, "SKU-1"), await shop.ask(other, "SKU-1")
    await record(shop, [of(buyer, on=None), of(other)])
    await v3(shop, "PUT", "/inventory/stock-levels", [{"quantity": 2, "sku": "SKU-1"}])
    await shop.until(told, "NOTIFICATION_SENT")
    await shop.until_step(waits, "held_back")
    assert (await shop.get(waits))["status"] == "RECEIVED"
