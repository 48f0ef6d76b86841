"""Whom a restock leaves out and why, as the timeline and the log say it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from histories import history_json, texts
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client

from domain.announcing import Candidate, Situation
from domain.catalog import VOYADO_APP_ID
from domain.contracts import Source
from domain.ids import restock_workflow_id
from domain.matching import StockLevel
from domain.policy import Policy
from domain.products import Product
from domain.waves import Share
from workflows.engine import Engine

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LEVEL = Source.STOCK_LEVEL
FEED = Source.PRODUCT_FEED
REPORT = Source.REPORT


def candidate(**known: Any) -> Candidate:
    """A subscription of Voyado's dialect for which all is in order."""
    usual: dict[str, Any] = {
        "id": uuid4(),
        "item_key": "key",
        "created_date": NOW - timedelta(days=10),
        "quantity": 1,
        "app_id": VOYADO_APP_ID,
        "catalog_item_id": "SKU-1",
        "skus": ("SKU-1",),
        "locales": ("sv-se", "sv"),
        "locale": "sv-SE",
        "external_id": None,
        "has_feed": True,
        "product": Product(sku="SKU-1", name="Bag", price="199.00", data={"brand": "Acme"}),
        "product_locale": "sv-se",
        "contact": {"vip": True},
        "purchased_date": None,
        "known_quantity": None,
    }
    return Candidate(**(usual | known))


@pytest.mark.parametrize(
    ("known", "policy", "source", "reason"),
    [
        ({}, {}, LEVEL, ""),
        ({}, {"minimumStock": 2}, LEVEL, "quantity 1 is below the minimum of 2"),
        ({}, {"minimumStock": 2}, REPORT, ""),
        ({}, {"minimumStock": 2}, FEED, ""),
        ({"known_quantity": 0}, {}, FEED, "quantity 0 is below the minimum of 1"),
        ({"known_quantity": 0}, {}, LEVEL, ""),
        ({"has_feed": False}, {}, LEVEL, "no product feed is configured for sv-SE"),
        ({"product": None}, {}, LEVEL, "the product feed for sv-SE has no SKU-1"),
        ({"product_locale": "en-us"}, {}, LEVEL, "the product feed for sv-SE has no SKU-1"),
        ({"product_locale": "sv"}, {}, LEVEL, ""),
        (
            {"product": Product(sku="SKU-1")},
            {},
            LEVEL,
            "the product feed has no name and no price for SKU-1",
        ),
        ({"has_feed": False}, {}, REPORT, ""),
        ({"has_feed": False, "product": None, "app_id": "wix"}, {}, LEVEL, ""),
        ({}, {"conditions": {"product.brand": "Acme", "contact.vip": True}}, LEVEL, ""),
        ({}, {"conditions": {"product.price": {"$lte": 200}, "ageDays": 10}}, LEVEL, ""),
        (
            {"purchased_date": NOW - timedelta(days=3)},
            {"conditions": {"daysSincePurchase": {"$gte": 5}}},
            LEVEL,
            "the item was bought 3 days ago, less than 5 days",
        ),
    ],
)
def test_a_shopper_is_told_or_left_out_for_a_reason(
    known: dict[str, Any], policy: dict[str, Any], source: Source, reason: str
) -> None:
    stock = 1 if source is LEVEL else None
    situation = Situation(Policy.of(policy), source, stock, Share(), NOW)
    one = candidate(**known)
    decision = situation.decide([one])
    assert decision.waits.get(one.id, "") == reason
    assert decision.told == ([] if reason else [one])


async def arrive(shop: Shop, temporal: Client, sku: str, quantity: int = 1) -> None:
    await shop.store.stock.update(shop.site, [StockLevel(sku=sku, quantity=quantity)])
    await Engine(temporal).arrivals_waiting(shop.site)


async def make_vip(shop: Shop, request_id: str) -> None:
    await shop.store.pool.execute(
        "UPDATE contacts SET attributes = $2 WHERE id = "
        "(SELECT contact_id FROM requests WHERE id = $1)",
        UUID(request_id),
        {"vip": True},
    )


async def change_policy(shop: Shop, **changes: Any) -> None:
    reply = await shop.call("PATCH", "/v1/policy", changes)
    assert reply.status_code == 200, reply.text


async def test_below_the_minimum_nobody_is_told_and_the_timeline_says_so_once(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, "SKU-1")
    await change_policy(shop, minimumStock=2)
    await arrive(shop, temporal, "SKU-1")
    held = await shop.until_step(request_id, "held_back")
    assert held["detail"] == "not announced: quantity 1 is below the minimum of 2"
    await arrive(shop, temporal, "SKU-1")
    await arrive(shop, temporal, "SKU-1", 2)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert await shop.steps(request_id) == ["requested", "held_back", "claimed", "mail_accepted"]
    assert len(sink.to(shopper)) == 1


async def test_those_who_meet_the_conditions_are_told_and_the_others_wait_with_a_reason(
    shop: Shop, temporal: Client
) -> None:
    vip, other = await shop.ask(address(), "SKU-2"), await shop.ask(address(), "SKU-2")
    await make_vip(shop, vip)
    await change_policy(shop, conditions={"contact.vip": True})
    await arrive(shop, temporal, "SKU-2")
    await shop.until(vip, "NOTIFICATION_SENT")
    held = await shop.until_step(other, "held_back")
    assert held["detail"] == "not announced: contact.vip is not known"
    restock = restock_workflow_id(shop.site, (await shop.row(vip)).item_key)
    await temporal.get_workflow_handle(restock).result()
    # What is known of a shopper stays out of Temporal, also as a reason.
    assert [text for text in texts(await history_json(temporal, restock)) if "vip" in text] == []
    await change_policy(shop, conditions={})
    await arrive(shop, temporal, "SKU-2")
    await shop.until(other, "NOTIFICATION_SENT")


async def test_a_report_of_an_item_obeys_the_conditions_and_one_by_ids_does_not(
    shop: Shop, temporal: Client
) -> None:
    first, second = await shop.ask(address()), await shop.ask(address())
    await change_policy(shop, conditions={"contact.vip": True})
    await shop.report()
    await shop.until_step(first, "held_back")
    await shop.report(requestIds=[second])
    await shop.until(second, "NOTIFICATION_SENT")
    assert (await shop.get(first))["status"] == "RECEIVED"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimumStock": 0}, "minimumStock"),
        ({"minimumStock": "2"}, "minimumStock"),
        ({"conditions": {"quantity": {"$gte": "two"}}}, "conditions.quantity.$gte"),
        ({"conditions": {"colour": "red"}}, "conditions.colour"),
        ({"conditions": [1]}, "conditions"),
    ],
)
async def test_a_wrong_condition_is_refused_by_its_field_and_changes_nothing(
    shop: Shop, changes: dict[str, Any], field: str
) -> None:
    before = (await shop.call("GET", "/v1/policy")).json()
    reply = await shop.call("PATCH", "/v1/policy", {"automation": False} | changes)
    assert reply.status_code == 400
    violations = reply.json()["details"]["validationError"]["fieldViolations"]
    assert [violation["field"] for violation in violations] == [field]
    assert (await shop.call("GET", "/v1/policy")).json() == before


async def test_the_log_counts_who_was_handed_over_and_why_the_rest_was_not(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), "SKU-3") for _ in range(3)]
    await make_vip(shop, asked[0])
    await change_policy(shop, conditions={"contact.vip": True})
    await arrive(shop, temporal, "SKU-3")

    async def logged() -> list[dict[str, Any]]:
        reply = await shop.call("GET", "/api/v3/inventory/backinstock/log")
        return list(reply.json()["data"])

    (entry,) = await eventually(logged, "the log")
    assert (entry["sku"], entry["quantity"], entry["source"]) == ("SKU-3", 1, "stock_level")
    assert entry["handedOver"] == 1
    assert entry["stopped"] == [{"reason": "contact.vip is not known", "count": 2}]
