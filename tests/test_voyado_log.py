"""The integration log: what passed, how many were handed over, and what stopped the others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from shop import Shop, eventually
from voyado import LOG, STOCK, contact, keep_products, subscribed, v3, wrong

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def log(shop: Shop, **parameters: Any) -> dict[str, Any]:
    reply = await v3(shop, "GET", LOG, params=parameters, scope="inventory")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def add(
    shop: Shop, minutes: int, sku: str = "SKU-1", *pages: tuple[int, dict[str, int]]
) -> str:
    """Log an announcement, with how many each page handed over and stopped; returns its id."""
    restock_id = uuid4()
    await shop.store.pool.execute(
        "INSERT INTO restocks VALUES ($1, $2, 'key', $3, '', '', 'report', NULL, $4)",
        restock_id,
        shop.site,
        sku,
        NOON + timedelta(minutes=minutes),
    )
    for number, (handed_over, stopped) in enumerate(pages):
        await shop.store.pool.execute(
            "INSERT INTO restock_pages VALUES ($1, $2, $3, $4, '{}')",
            restock_id,
            number,
            handed_over,
            stopped,
        )
    return str(restock_id)


async def test_the_log_tells_what_a_stock_level_set_off(shop: Shop) -> None:
    await keep_products(shop, "sv-se", "SKU-1")
    told = await subscribed(shop, await contact(shop), "SKU-1", "sv-SE", "SE-1")
    await subscribed(shop, await contact(shop), "SKU-1", "pl-PL", "SE-1")
    await v3(shop, "PUT", STOCK, [{"quantity": 4, "sku": "SKU-1", "externalId": "SE-1"}])
    await shop.until(told, "NOTIFICATION_SENT")

    async def logged() -> list[dict[str, Any]]:
        return list((await log(shop))["data"])

    (line,) = await eventually(logged, "the restock in the log")
    assert UUID(line.pop("restockId"))
    assert abs(datetime.fromisoformat(line.pop("at")) - datetime.now(UTC)) < timedelta(minutes=1)
    assert line == {
        "sku": "SKU-1",
        "locale": None,
        "externalId": "SE-1",
        "quantity": 4,
        "source": "stock_level",
        "handedOver": 1,
        "stopped": [{"reason": "no product feed is configured for pl-PL", "count": 1}],
    }


async def test_the_pages_of_an_announcement_are_summed_up(shop: Shop) -> None:
    few, many = {"too old": 1}, {"quantity 1": 7, "too old": 5, "already bought": 6}
    restock_id = await add(shop, 0, "SKU-1", (500, few), (500, many), (3, {}))
    (line,) = (await log(shop))["data"]
    assert (line["restockId"], line["handedOver"]) == (restock_id, 1003)
    assert [(each["reason"], each["count"]) for each in line["stopped"]] == [
        ("quantity 1", 7),
        ("already bought", 6),
        ("too old", 6),
    ]
    assert line["at"] == "2026-05-01T12:00:00+00:00"
    assert (line["quantity"], line["locale"], line["externalId"]) == (None, None, None)


async def test_an_announcement_without_a_page_handed_nothing_over(shop: Shop) -> None:
    await add(shop, 0)
    (line,) = (await log(shop))["data"]
    assert (line["handedOver"], line["stopped"]) == (0, [])


async def test_the_log_comes_newest_first_page_by_page(shop: Shop) -> None:
    # Two each of the same moment.
    newest_first = [await add(shop, -(number // 2)) for number in range(7)]
    found: list[str] = []
    page = await log(shop, limit=3)
    while page["next"]:
        found += [line["restockId"] for line in page["data"]]
        page = await log(shop, limit=3, before=page["next"])
    found += [line["restockId"] for line in page["data"]]
    pairs = [set(newest_first[at : at + 2]) for at in range(0, 7, 2)]
    assert [set(found[at : at + 2]) for at in range(0, 7, 2)] == pairs
    assert len(found) == 7


async def test_a_full_page_with_nothing_behind_it_is_the_last(shop: Shop) -> None:
    for minutes in range(3):
        await add(shop, minutes)
    page = await log(shop, limit=3)
    assert (len(page["data"]), page["next"]) == (3, None)


async def test_the_log_of_one_sku_has_no_other(shop: Shop) -> None:
    wanted = [await add(shop, 2), await add(shop, 0)]
    await add(shop, 1, "SKU-2")
    page = await log(shop, sku="SKU-1", limit=1)
    assert [line["restockId"] for line in page["data"]] == wanted[:1]
    page = await log(shop, sku="SKU-1", before=page["next"])
    assert [line["restockId"] for line in page["data"]] == wanted[1:]
    assert (await log(shop, sku="sku-1"))["data"] == []


async def test_another_sites_log_is_its_own(shop: Shop, other_shop: Shop) -> None:
    theirs = await add(shop, 0)
    await add(other_shop, -1)
    assert [line["restockId"] for line in (await log(shop))["data"]] == [theirs]
    assert (await log(other_shop, before=theirs))["data"] == []


@pytest.mark.parametrize(
    ("parameters", "field", "rule"),
    [
        ({"before": "yesterday"}, "before", "FORMAT"),
        ({"limit": 0}, "limit", "MIN"),
        ({"limit": 101}, "limit", "MAX"),
        ({"limit": "all"}, "limit", "VALIDATION"),
        ({"sku": ""}, "sku", "MIN_LENGTH"),
        ({"sku": "\0"}, "sku", "FORMAT"),
    ],
)
async def test_a_wrong_parameter_is_named(
    shop: Shop, parameters: dict[str, Any], field: str, rule: str
) -> None:
    assert wrong(await v3(shop, "GET", LOG, params=parameters)) == [(field, rule)]
