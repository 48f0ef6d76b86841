"""What a stock update stores, what it sets off, and that it never does so twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from temporalio.service import RPCError
from test_reconciler import reconcile

from domain.catalog import VOYADO_APP_ID, CatalogReference, Item, Wanted
from domain.contracts import Announcement, Page, ReportedSignal
from domain.ids import arrivals_workflow_id, restock_workflow_id
from domain.matching import Audience, StockLevel, Waiting
from domain.policy import Order
from store.records import RequestRecord
from workflows.engine import Engine

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def subscription(email: str, sku: str, locale: str, external_id: str | None = None) -> Wanted:
    """What a contact asks for in Voyado's dialect."""
    reference = CatalogReference(app_id=VOYADO_APP_ID, catalog_item_id=sku)
    item = Item(name="Bag", price="10.00")
    return Wanted(
        reference=reference, email=email, item=item, locale=locale, external_id=external_id
    )


async def subscribe(shop: Shop, sku: str = "SKU-1", locale: str = "sv-se") -> RequestRecord:
    return await shop.store.requests.create(shop.site, subscription(address(), sku, locale))


async def arrivals(shop: Shop) -> list[tuple[str, int | None]]:
    found = await shop.store.stock.next_arrivals(shop.site, 100)
    return [(each.sku, each.quantity) for each in found]


async def stored(shop: Shop, sku: str = "SKU-1") -> int | None:
    sql = "SELECT quantity FROM stock_levels WHERE site = $1 AND sku = $2"
    quantity: int | None = await shop.store.pool.fetchval(sql, shop.site, sku)
    return quantity


async def test_a_level_is_stored_and_what_is_awaited_arrives(shop: Shop) -> None:
    await subscribe(shop)
    levels = [StockLevel(sku="SKU-1", quantity=3), StockLevel(sku="SKU-9", quantity=7)]
    update = await shop.store.stock.update(shop.site, levels)
    assert (update.received, update.outdated, update.arrivals) == (2, 0, 1)
    assert await arrivals(shop) == [("SKU-1", 3)]
    assert (await stored(shop), await stored(shop, "SKU-9")) == (3, 7)


async def test_a_level_of_nothing_sets_nothing_off(shop: Shop) -> None:
    await subscribe(shop)
    update = await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-1", quantity=0)])
    assert (update.arrivals, await arrivals(shop)) == (0, [])


async def test_an_older_or_repeated_level_is_ignored(shop: Shop) -> None:
    await subscribe(shop)

    async def update(quantity: int, minutes: int) -> int:
        at = NOON + timedelta(minutes=minutes)
        level = StockLevel(sku="SKU-1", quantity=quantity, updated_on=at)
        return (await shop.store.stock.update(shop.site, [level])).outdated

    assert await update(0, 10) == 0
    assert await update(5, 9) == 1
    assert await update(5, 10) == 1
    assert (await stored(shop), await arrivals(shop)) == (0, [])
    assert await update(4, 11) == 0
    assert (await stored(shop), await arrivals(shop)) == (4, [("SKU-1", 4)])


async def test_a_source_whose_clock_is_ahead_does_not_shut_later_updates_out(shop: Shop) -> None:
    ahead = datetime.now(UTC) + timedelta(days=400)
    levels = (
        StockLevel(sku="SKU-1", quantity=9, updated_on=ahead),
        StockLevel(sku="SKU-1", quantity=2),
    )
    for level in levels:
        assert (await shop.store.stock.update(shop.site, [level])).outdated == 0
    assert await stored(shop) == 2


async def test_of_a_level_that_comes_twice_in_one_update_the_newest_counts(shop: Shop) -> None:
    await subscribe(shop)
    dated = [
        StockLevel(sku="SKU-1", quantity=quantity, updated_on=NOON + timedelta(minutes=minute))
        for quantity, minute in ((1, 0), (2, 5), (3, 3))
    ]
    update = await shop.store.stock.update(shop.site, dated)
    assert (update.received, update.outdated) == (3, 2)
    assert await arrivals(shop) == [("SKU-1", 2)]
    undated = [StockLevel(sku="SKU-1", quantity=quantity) for quantity in (8, 6)]
    await shop.store.stock.update(shop.site, undated)
    assert await stored(shop) == 6


async def test_what_is_sold_out_again_before_its_restock_began_is_not_announced(
    shop: Shop,
) -> None:
    await subscribe(shop)
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-1", quantity=5)])
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-1", quantity=0)])
    assert await arrivals(shop) == []


async def test_updates_of_the_same_items_at_once_do_not_lock_each_other_out(shop: Shop) -> None:
    levels = [StockLevel(sku=f"SKU-{n}", quantity=1) for n in range(300)]
    both = [levels, levels[::-1]] * 5
    await asyncio.gather(*(shop.store.stock.update(shop.site, each) for each in both))
    count = "SELECT count(*) FROM stock_levels WHERE site = $1"
    assert await shop.store.pool.fetchval(count, shop.site) == 300


async def test_an_update_that_fails_half_way_stores_nothing(shop: Shop) -> None:
    levels = [StockLevel(sku="SKU-1", quantity=1), StockLevel(sku="SKU-2", quantity=2**40)]
    with pytest.raises(Exception, match="int32"):
        await shop.store.stock.update(shop.site, levels)
    assert await stored(shop) is None


async def test_another_sites_levels_reach_nobody_here(shop: Shop, other_shop: Shop) -> None:
    await subscribe(shop)
    update = await other_shop.store.stock.update(
        other_shop.site, [StockLevel(sku="SKU-1", quantity=3)]
    )
    assert (update.arrivals, await stored(shop)) == (0, None)


@pytest.mark.parametrize(
    ("item", "options"),
    [
        ("SKU-7", None),
        ("product", {"variantId": "SKU-7"}),
        ("product", {"options": {"Size": "L"}, "sku": "SKU-7"}),
    ],
    ids=["item id", "variant id", "sku"],
)
async def test_a_wix_request_for_the_same_item_is_told_of_a_stock_level(
    shop: Shop, sink: SmtpSink, temporal: Client, item: str, options: dict[str, str] | None
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, item, **({"options": options} if options else {}))
    update = await shop.store.stock.update(
        shop.site, [StockLevel(sku="SKU-7", quantity=2, locale="sv-SE")]
    )
    assert update.arrivals == 1
    await Engine(temporal).arrivals_waiting(shop.site)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_items_nobody_waits_for_cost_no_call_of_temporal(
    shop: Shop, temporal: Client
) -> None:
    levels = [StockLevel(sku=f"NOBODY-{n}", quantity=1) for n in range(50)]
    assert (await shop.store.stock.update(shop.site, levels)).arrivals == 0
    with pytest.raises(RPCError, match="not found"):
        await temporal.get_workflow_handle(arrivals_workflow_id(shop.site)).describe()


async def test_an_arrival_told_twice_is_announced_once(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, "SKU-8")
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-8", quantity=2)])
    (arrival,) = await shop.store.stock.next_arrivals(shop.site, 10)
    engine = Engine(temporal)
    await engine.start_restock(shop.site, arrival)
    await shop.until(request_id, "NOTIFICATION_SENT")
    again = await shop.ask(shopper, "SKU-8")
    await engine.start_restock(shop.site, arrival)
    await temporal.get_workflow_handle(restock_workflow_id(shop.site, arrival.item_key)).result()
    assert (await shop.get(again))["status"] == "RECEIVED"
    assert len(sink.to(shopper)) == 1


async def test_arrivals_that_a_crash_left_behind_are_announced_by_the_reconciler(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address(), "SKU-10")
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-10", quantity=2)])
    await shop.store.pool.execute(
        "UPDATE arrivals SET at = now() - interval '1 minute' WHERE site = $1", shop.site
    )
    await reconcile(temporal)
    await shop.until(request_id, "NOTIFICATION_SENT")

    async def none_left() -> bool:
        return await arrivals(shop) == []

    await eventually(none_left, "no arrivals left")


locales, ids = st.sampled_from(["sv-SE", "SV-se", "pl-PL"]), st.sampled_from([None, "x", "y"])


@given(
    asked=st.lists(st.tuples(locales, ids), min_size=1, max_size=5, unique=True),
    locale=st.sampled_from(["", "sv-se", "pl-pl", "de-de"]),
    external_id=st.sampled_from(["", "x", "z"]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_restock_claims_exactly_those_the_rule_names(
    shop: Shop, asked: list[tuple[str, str | None]], locale: str, external_id: str
) -> None:
    sku, audience = f"SKU-{uuid4()}", Audience(locale=locale, external_id=external_id)
    meant: set[UUID] = set()
    for its_locale, its_id in asked:
        record = await shop.store.requests.create(
            shop.site, subscription(address(), sku, its_locale, its_id)
        )
        waiting = Waiting(
            item_key=record.item_key,
            sku=sku,
            locale=its_locale.lower(),
            external_id=its_id or "",
        )
        meant |= {record.id} if audience.includes(waiting) else set()
    page = Page(
        site=shop.site,
        item_key=record.item_key,
        audience=audience,
        request_ids=(),
        announcement=Announcement(restock_id=uuid4(), report=ReportedSignal()),
    )
    assert {
        each.id for each in await shop.store.restocks.candidates(page, Order.OLDEST, 100)
    } == meant
