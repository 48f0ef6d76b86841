"""What shoppers wait for, the most wanted first: what it is worth, and how it grows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import BAG, crowd, forget_all, stock
from shop import STORES, Shop
from shoppers import address
from temporalio.client import Client
from test_engine_away import cut_off as cut_off
from test_holding_a_restock import ITEM, in_waves
from test_request_errors import violations
from test_running_restocks import until_running
from voyado import contact, keep_products, subscribed

from domain.catalog import CatalogReference, Item, Wanted
from domain.demand import TREND_DAYS, Money, days_until, sums, worth
from store.demand import Demand

DEMAND = "/v1/demand"


async def demand(shop: Shop, **parameters: Any) -> dict[str, Any]:
    reply = await shop.call("GET", DEMAND, params=parameters)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def key(item: str) -> str:
    return CatalogReference(app_id=STORES, catalog_item_id=item).item_key


async def test_items_come_with_who_waits_what_they_would_spend_and_what_there_is(
    shop: Shop, other_shop: Shop
) -> None:
    wanted = Wanted(reference=BAG, email=address(), item=Item(name="Bag", price="10"), quantity=3)
    await shop.store.requests.create(shop.site, wanted)
    first = await shop.ask(address(), "fern")
    for _ in range(2):
        await shop.ask(address(), "fern")
    long_ago = datetime.now(UTC) - timedelta(days=100)
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = $2 WHERE id = $1", UUID(first), long_ago
    )
    await stock(shop, 0)
    found = await demand(shop)
    fern, bag = found["items"]
    assert datetime.fromisoformat(fern.pop("oldest")) == long_ago
    assert fern == {
        "itemKey": key("fern"),
        "catalogReference": {"appId": STORES, "catalogItemId": "fern"},
        "name": "Blue Orchid",
        "imageUrl": "",
        "shoppers": 3,
        "units": 3,
        "price": "75.00",
        "currency": "",
        "revenue": {"amount": "225.00", "currency": ""},
        "stock": None,
        "askedByDay": [0] * (TREND_DAYS - 1) + [2],
        "restocking": False,
    }
    assert (bag["shoppers"], bag["units"], bag["stock"]) == (1, 3, 0)
    assert bag["revenue"] == {"amount": "30", "currency": ""}
    totals = found["totals"]
    assert datetime.fromisoformat(totals.pop("oldest")) == long_ago
    assert totals == {
        "items": 2,
        "shoppers": 4,
        "units": 6,
        "revenue": [{"amount": "255.00", "currency": ""}],
        "unpricedItems": 0,
    }
    assert (await demand(other_shop))["items"] == []


async def test_a_product_feed_says_name_and_price_better_than_who_asked(shop: Shop) -> None:
    await keep_products(shop, "sv-se", "SKU-9", name="Bag of today")
    for _ in range(2):
        await subscribed(shop, await contact(shop), "SKU-9", "sv-SE")
    await shop.ask(address(), "fern", item_details={"name": "Fern", "price": "12"})
    await shop.store.pool.execute(
        """UPDATE requests SET item = item || '{"price": "from 12"}' WHERE item_key = $1""",
        key("fern"),
    )
    bag, fern = (await demand(shop))["items"]
    assert (bag["sku"], bag["name"], bag["price"]) == ("SKU-9", "Bag of today", "199.00")
    assert bag["revenue"] == {"amount": "398.00", "currency": "SEK"}
    assert (fern["price"], fern["revenue"]) == ("from 12", None)
    totals = (await demand(shop))["totals"]
    assert (totals["revenue"], totals["unpricedItems"]) == ([bag["revenue"]], 1)


async def test_who_was_told_waits_no_more(shop: Shop) -> None:
    told = await shop.ask(address())
    await shop.report()
    await shop.until(told, "NOTIFICATION_SENT")
    found = await demand(shop)
    assert (found["items"], found["next"], found["totals"]["oldest"]) == ([], None, None)


async def test_pages_follow_one_another(shop: Shop) -> None:
    for item, shoppers in (("a", 1), ("b", 2), ("c", 1), ("d", 1)):
        for _ in range(shoppers):
            await shop.ask(address(), item)
    expected = [key("b"), *sorted([key("a"), key("c"), key("d")])]
    seen: list[str] = []
    page = await demand(shop, limit=1)
    while True:
        seen += [item["itemKey"] for item in page["items"]]
        if page["next"] is None:
            break
        page = await demand(shop, limit=1, after=page["next"])
        assert "totals" not in page
    assert seen == expected


@pytest.mark.parametrize("after", ["", "1", "1.x", f"-1.{'0' * 32}", f"1.{'0' * 33}", "a" * 99])
async def test_a_place_that_is_none_is_refused(shop: Shop, after: str) -> None:
    reply = await shop.call("GET", DEMAND, params={"after": after})
    assert violations(reply)[0][0] == "after"


async def test_an_item_that_is_being_announced_says_so(shop: Shop, temporal: Client) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    await until_running(shop)
    (item,) = (await demand(shop))["items"]
    assert (item["itemKey"], item["restocking"]) == (ITEM, True)


async def test_while_temporal_is_away_the_demand_is_still_there(cut_off: Shop) -> None:
    await cut_off.ask(address())
    (item,) = (await demand(cut_off))["items"]
    assert item["restocking"] is None


async def test_a_large_demand_is_read_from_the_index_alone(shop: Shop) -> None:
    await crowd(shop, 20_000)
    # Most of a shop's requests are told.
    await shop.store.pool.execute(
        "INSERT INTO requests (id, site, app_id, catalog_item_id, item_key, contact_id, email,"
        " address_key, item, skus, workflow_started, status)"
        " SELECT gen_random_uuid(), site, app_id, catalog_item_id, item_key, contact_id, email,"
        " address_key || 'told', item, skus, true, 'NOTIFICATION_SENT' FROM requests"
        " CROSS JOIN generate_series(1, 3) WHERE site = $1",
        shop.site,
    )
    await shop.store.pool.execute("VACUUM ANALYZE requests")
    sql = (
        "SELECT item_key, count(*), sum(quantity), min(created_date) FROM requests"
        " WHERE site = $1 AND status = 'RECEIVED' GROUP BY item_key"
    )
    rows = await shop.store.pool.fetch(f"EXPLAIN (FORMAT JSON) {sql}", shop.site)
    assert '"Index Name": "requests_waiting"' in rows[0][0], rows[0][0]
    assert '"Node Type": "Index Only Scan"' in rows[0][0], rows[0][0]
    (wanted,) = await Demand(shop.store.pool).wanted_items(shop.site, None, 10)
    assert (wanted.shoppers, wanted.all_shoppers) == (20_000, 20_000)
    await forget_all(shop)


@pytest.mark.parametrize(
    ("price", "currency", "money"),
    [
        ("75.00", "SEK", Money(Decimal("150.00"), "SEK")),
        ("75", "", Money(Decimal(150), "")),
        ("1 299,50 kr", "sek", Money(Decimal("2599.00"), "SEK")),
        ("1\N{NO-BREAK SPACE}299,50 SEK", "", Money(Decimal("2599.00"), "SEK")),
        ("$19.99", "USD", Money(Decimal("39.98"), "USD")),
        ("$19.99", "", Money(Decimal("39.98"), "")),
        ("1.250", "KWD", Money(Decimal("2.500"), "KWD")),
        # A thousand and more in one country, little more than one in another.
        ("1,299", "", None),
        ("19.99 USD", "EUR", None),
        ("from 19.99", "EUR", None),
        ("-5.00", "EUR", None),
        ("19 or 29", "EUR", None),
        ("", "EUR", None),
        ("NaN", "", None),
        ("1e9", "", None),
    ],
)
def test_a_price_is_worth_what_can_be_read_for_sure(
    price: str, currency: str, money: Money | None
) -> None:
    assert worth(price, currency, 2) == money


@given(st.text(max_size=40), st.text(max_size=10))
def test_no_price_is_too_odd_to_be_looked_at(price: str, currency: str) -> None:
    found = worth(price, currency, 3)
    assert found is None or found.amount >= 0


def test_amounts_are_summed_in_each_currency_and_never_across() -> None:
    euro, crowns = (Money(Decimal(n), c) for n, c in ((5, "EUR"), (70, "SEK")))
    assert sums([euro, None, crowns, euro]) == [crowns, Money(Decimal(10), "EUR")]


def test_days_begin_by_the_shops_clock_also_where_it_is_changed() -> None:
    # On 29 March 2026 the clocks of Stockholm are put forward.
    days = days_until(datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "Europe/Stockholm")
    assert len(days) == TREND_DAYS
    assert [str(day.astimezone(UTC))[:16] for day in days[-3:]] == [
        "2026-03-27 23:00",
        "2026-03-28 23:00",
        "2026-03-29 22:00",
    ]
