"""Stock levels as an inventory sends them: what is taken, what is refused, what they set off."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink
from test_engine_away import cut_off as cut_off
from voyado import STOCK, contact, keep_products, problem, subscribed, v3, wrong

from domain.matching import StockLevel

LEVEL: dict[str, Any] = {"quantity": 3, "sku": "SKU-1"}
MOST = 10_000


async def stored(shop: Shop) -> list[tuple[Any, ...]]:
    """All levels of a shop: sku, locale, external id, quantity."""
    rows = await shop.store.pool.fetch(
        "SELECT sku, locale, external_id, quantity FROM stock_levels WHERE site = $1 ORDER BY 1, 2",
        shop.site,
    )
    return [tuple(row) for row in rows]


async def test_levels_are_stored_and_what_is_no_news_is_counted(shop: Shop) -> None:
    levels = [
        LEVEL | {"updatedOn": "2023-12-07T12:21:28+01:00"},
        {"quantity": 0, "sku": "SKU-2", "locale": "sv_SE", "externalId": "SE-2", "other": 1},
        {"quantity": 2_147_483_647, "sku": "SKU-3", "locale": None, "externalId": ""},
    ]
    reply = await v3(shop, "PUT", STOCK, levels, scope="inventory")
    assert (reply.status_code, reply.json()) == (202, {"received": 3, "outdated": 0})
    assert await stored(shop) == [
        ("SKU-1", "", "", 3),
        ("SKU-2", "sv-se", "SE-2", 0),
        ("SKU-3", "", "", 2_147_483_647),
    ]
    again = await v3(shop, "PUT", STOCK, levels[:1])
    assert again.json() == {"received": 1, "outdated": 1}


async def test_an_empty_update_is_taken(shop: Shop) -> None:
    reply = await v3(shop, "PUT", STOCK, [])
    assert (reply.status_code, reply.json()) == (202, {"received": 0, "outdated": 0})


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is at home in another zone than UTC."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2023-12-07T12:21:28+01:00", "2023-12-07 11:21:28"),
        ("2023-12-07T12:21:28", "2023-12-07 12:21:28"),
        ("2023-12-07t12:21:28.5z", "2023-12-07 12:21:28.5"),
        ("2023-12-07 12:21:28.123456789-00:30", "2023-12-07 12:51:28.123456"),
    ],
)
async def test_a_level_is_of_the_moment_it_names(shop: Shop, given: str, moment: str) -> None:
    await v3(shop, "PUT", STOCK, [LEVEL | {"updatedOn": given}])
    sql = "SELECT at = ($2::text || '+00')::timestamptz FROM stock_levels WHERE site = $1"
    assert await shop.store.pool.fetchval(sql, shop.site, moment)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"quantity": ...}, "REQUIRED_FIELD"),
        ({"quantity": None}, "VALIDATION"),
        ({"quantity": "3"}, "VALIDATION"),
        ({"quantity": 3.0}, "VALIDATION"),
        ({"quantity": True}, "VALIDATION"),
        ({"quantity": -1}, "MIN"),
        ({"quantity": 2_147_483_648}, "MAX"),
        ({"quantity": 10**400}, "MAX"),
        ({"sku": ...}, "REQUIRED_FIELD"),
        ({"sku": ""}, "MIN_LENGTH"),
        ({"sku": "x" * 101}, "MAX_LENGTH"),
        ({"sku": "a\0b"}, "FORMAT"),
        ({"locale": "sv--SE"}, "FORMAT"),
        ({"externalId": "x" * 101}, "MAX_LENGTH"),
        ({"updatedOn": "2023-12-07"}, "FORMAT"),
        ({"updatedOn": "1701947288"}, "FORMAT"),
        ({"updatedOn": 1701947288}, "FORMAT"),
        ({"updatedOn": ""}, "FORMAT"),
        ({"updatedOn": "2023-13-07T12:21:28Z"}, "FORMAT"),
        ({"updatedOn": "0001-01-01T00:00:00+14:00"}, "FORMAT"),
    ],
)
async def test_a_wrong_level_is_named_by_index_and_field_and_nothing_is_applied(
    shop: Shop, change: dict[str, Any], rule: str
) -> None:
    bad = {name: value for name, value in (LEVEL | change).items() if value is not ...}
    reply = await v3(shop, "PUT", STOCK, [LEVEL, LEVEL, LEVEL, bad])
    assert wrong(reply) == [(f"[3].{next(iter(change))}", rule)]
    assert await stored(shop) == []


@pytest.mark.parametrize("body", [None, {}, "SKU-1", 7])
async def test_a_body_that_is_no_array_is_refused(shop: Shop, body: Any) -> None:
    assert [field for field, _ in wrong(await v3(shop, "PUT", STOCK, body))] == [""]


@pytest.mark.parametrize("element", [None, 7, "SKU-1", [LEVEL]])
async def test_an_element_that_is_no_object_is_named(shop: Shop, element: Any) -> None:
    reply = await v3(shop, "PUT", STOCK, [LEVEL, element])
    assert wrong(reply) == [("[1]", "VALIDATION")]


async def test_ten_thousand_levels_are_taken_and_one_more_is_refused(shop: Shop) -> None:
    levels = [{"quantity": n, "sku": f"SKU-{n}"} for n in range(MOST + 1)]
    refused = await v3(shop, "PUT", STOCK, levels)
    assert wrong(refused) == [("", "MAX_SIZE")]
    assert "10000" in problem(refused, 400)["detail"]
    assert await stored(shop) == []
    taken = await v3(shop, "PUT", STOCK, levels[:MOST])
    assert taken.json() == {"received": MOST, "outdated": 0}
    assert len(await stored(shop)) == MOST


async def test_of_very_many_wrong_levels_the_first_fifty_are_listed(shop: Shop) -> None:
    reply = await v3(shop, "PUT", STOCK, [{"sku": f"SKU-{n}"} for n in range(MOST)])
    assert wrong(reply) == [(f"[{n}].quantity", "REQUIRED_FIELD") for n in range(50)]
    assert problem(reply, 400)["detail"].endswith("(9999 more)")


async def test_a_level_tells_whom_it_concerns_and_nobody_else(shop: Shop, sink: SmtpSink) -> None:
    for locale in ("sv-se", "pl-pl"):
        await keep_products(shop, locale, "SKU-1")
    shoppers = [address() for _ in range(3)]
    ids = [await contact(shop, email) for email in shoppers]
    swedish = await subscribed(shop, ids[0], "SKU-1", "sv-SE", "SE-1")
    polish = await subscribed(shop, ids[1], "SKU-1", "pl-PL")
    other = await subscribed(shop, ids[2], "SKU-2", "sv-SE")
    await v3(shop, "PUT", STOCK, [LEVEL | {"locale": "SV-SE"}])
    await shop.until(swedish, "NOTIFICATION_SENT")
    assert [(await shop.get(each))["status"] for each in (polish, other)] == ["RECEIVED"] * 2
    await v3(shop, "PUT", STOCK, [LEVEL])
    await shop.until(polish, "NOTIFICATION_SENT")
    assert [len(sink.to(email)) for email in shoppers] == [1, 1, 0]


async def test_while_temporal_is_away_levels_are_taken_and_the_arrivals_kept(
    cut_off: Shop,
) -> None:
    await cut_off.ask(address(), "SKU-1")
    reply = await v3(cut_off, "PUT", STOCK, [LEVEL])
    assert reply.status_code == 202
    kept = await cut_off.store.stock.next_arrivals(cut_off.site, 10)
    assert [(each.sku, each.quantity) for each in kept] == [("SKU-1", 3)]


async def test_another_sites_levels_are_its_own(shop: Shop, other_shop: Shop) -> None:
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-1", quantity=9)])
    await v3(other_shop, "PUT", STOCK, [LEVEL])
    assert await stored(shop) == [("SKU-1", "", "", 9)]
