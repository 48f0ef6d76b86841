"""The owner's list of restocks: each wave, and how it came out."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from queues import BAG, make_vip, queue_up
from shop import Shop, eventually
from shoppers import address
from temporalio.client import Client
from test_request_errors import violations

from domain.matching import StockLevel
from workflows.engine import Engine

RESTOCKS = "/v1/restocks"


async def listed(shop: Shop, **parameters: Any) -> dict[str, Any]:
    reply = await shop.call("GET", RESTOCKS, params=parameters)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def arrive(shop: Shop, temporal: Client, quantity: int) -> None:
    levels = [StockLevel(sku=BAG.catalog_item_id, quantity=quantity)]
    await shop.store.stock.update(shop.site, levels)
    await Engine(temporal).arrivals_waiting(shop.site)


async def test_the_owner_sees_each_wave_and_how_it_came_out(shop: Shop, temporal: Client) -> None:
    changes = {"shoppersPerUnit": 1, "waveIntervalMinutes": 0.01}
    await shop.call("PATCH", "/v1/policy", changes | {"conditions": {"contact.vip": True}})
    *asked, other = await queue_up(shop, [1, 1, 1, 1])
    await make_vip(shop, [each.id for each in asked])
    await arrive(shop, temporal, 2)
    for each in asked:
        await shop.until(str(each.id), "NOTIFICATION_SENT")
    assert (await shop.get(str(other.id)))["status"] == "RECEIVED"
    second, first = (await listed(shop))["restocks"]
    assert UUID(first.pop("restockId")) != UUID(second.pop("restockId"))
    assert datetime.fromisoformat(first.pop("at")) < datetime.fromisoformat(second.pop("at"))
    stopped = [{"reason": "contact.vip is not known", "count": 1}]
    assert first == {
        "itemKey": BAG.item_key,
        "sku": "BAG",
        "quantity": 2,
        "source": "stock_level",
        "told": 2,
        "failed": 0,
        "stillSending": 0,
        "backToWaiting": 0,
        "erased": 0,
        "visited": 0,
        "bought": 0,
        "stopped": stopped,
    }
    assert second == first | {"told": 1}


async def test_a_restock_counts_who_was_told_who_was_not_and_who_waits_again(shop: Shop) -> None:
    told, refused = await shop.ask(address()), await shop.ask(address("refused"))
    await shop.report()
    await shop.until(told, "NOTIFICATION_SENT")
    await shop.until(refused, "FAILED")
    (line,) = (await listed(shop))["restocks"]
    assert (line["told"], line["failed"], line["source"]) == (1, 1, "report")
    assert (line["sku"], line["quantity"], line["stopped"]) == ("orchid", None, [])
    for status, field in (("RECEIVED", "backToWaiting"), ("PROCESSING", "stillSending")):
        await shop.store.pool.execute(
            "UPDATE requests SET status = $2 WHERE id = $1", UUID(told), status
        )
        (line,) = (await listed(shop))["restocks"]
        assert (line[field], line["told"], line["failed"]) == (1, 0, 1)


async def test_a_restock_that_told_nobody_is_listed_with_the_reason(shop: Shop) -> None:
    await shop.call("PATCH", "/v1/policy", {"automation": False})
    await shop.ask(address())
    await shop.report()

    async def lines() -> list[dict[str, Any]]:
        return list((await listed(shop))["restocks"])

    (line,) = await eventually(lines, "the restock in the list")
    assert line["stopped"] == [{"reason": "automation is switched off", "count": 1}]
    assert (line["told"], line["failed"], line["stillSending"], line["backToWaiting"]) == (0,) * 4


async def test_the_list_comes_newest_first_page_by_page(shop: Shop) -> None:
    # Two each of the same moment.
    newest_first = [await add(shop, number // 2) for number in range(7)]
    found: list[str] = []
    page = await listed(shop, limit=3)
    while page["next"]:
        found += [line["restockId"] for line in page["restocks"]]
        page = await listed(shop, limit=3, before=page["next"])
    found += [line["restockId"] for line in page["restocks"]]
    assert sorted(found) == sorted(newest_first)
    pairs = [set(newest_first[at : at + 2]) for at in range(0, 7, 2)]
    assert [set(found[at : at + 2]) for at in range(0, 7, 2)] == pairs
    assert (await listed(shop, limit=7))["next"] is None


async def add(shop: Shop, minutes_ago: int) -> str:
    restock_id = uuid4()
    await shop.store.pool.execute(
        "INSERT INTO restocks (id, site, item_key, sku, locale, external_id, source, at)"
        " VALUES ($1, $2, 'key', 'SKU', '', '', 'report',"
        " '2026-05-01T12:00:00Z'::timestamptz - make_interval(mins => $3))",
        restock_id,
        shop.site,
        minutes_ago,
    )
    return str(restock_id)


async def test_another_sites_restocks_are_its_own(shop: Shop, other_shop: Shop) -> None:
    theirs = await add(shop, 0)
    await add(other_shop, 1)
    assert [line["restockId"] for line in (await listed(shop))["restocks"]] == [theirs]
    assert (await listed(other_shop, before=theirs))["restocks"] == []


@pytest.mark.parametrize(
    ("parameters", "field", "rule"),
    [({"before": "x"}, "before", "FORMAT"), ({"limit": 0}, "limit", "MIN")],
)
async def test_a_wrong_parameter_of_the_list_is_named(
    shop: Shop, parameters: dict[str, Any], field: str, rule: str
) -> None:
    reply = await shop.call("GET", RESTOCKS, params=parameters)
    assert violations(reply) == [(field, rule)]
