"""An owner has an item announced: so many units, or to everybody; once, however often asked."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from shop import Shop
from shoppers import address
from temporalio.client import Client
from test_engine_away import cut_off as cut_off
from test_holding_a_restock import ITEM, holds, in_waves
from test_reconciler import reconcile
from test_waves_of_a_restock import SKU, policy, restock, told, until_told

from api.own.dry_run import Arrival, dry_run
from api.own.restocking import RestockNow, restock_now
from api.services import Services
from domain.errors import EngineUnavailableError, IdempotencyKeyReusedError
from domain.matching import Audience
from domain.settings import Settings
from workflows.engine import Engine


async def by_hand(shop: Shop, quantity: int | None, id: UUID | None = None) -> RestockNow:
    shown = await shop.store.demand.shown_items(shop.site, [ITEM])
    return RestockNow(shop.site, shown[ITEM], quantity, id or uuid4())


@pytest.fixture
def services(shop: Shop, temporal: Client, settings: Settings) -> Services:
    return Services(shop.store, Engine(temporal), settings)


async def test_units_that_came_in_are_told_wave_by_wave_and_are_the_stock_from_now_on(
    shop: Shop, services: Services, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(3)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    wanted = await by_hand(shop, 2)
    for _ in range(3):
        await restock_now(services, wanted)
    await until_told(shop, asked, [0, 1])
    assert await shop.store.stock.level(shop.site, SKU, Audience()) == 2
    await Engine(temporal).stop_restock(shop.site, ITEM)
    await restock(shop, temporal).result()
    await restock_now(services, wanted)
    assert await holds(shop) == [ITEM]
    assert await told(shop, asked) == [0, 1]


async def test_without_a_number_everybody_is_told(shop: Shop, services: Services) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(3)]
    await policy(shop, shoppersPerUnit=1)
    await restock_now(services, await by_hand(shop, None))
    await until_told(shop, asked, [0, 1, 2])


async def test_it_begins_what_was_stopped(shop: Shop, services: Services, temporal: Client) -> None:
    asked = await in_waves(shop, temporal, 3, minutes=60)
    await Engine(temporal).stop_restock(shop.site, ITEM)
    await restock(shop, temporal).result()
    # As many as before: no news from an inventory, but the owner's word.
    await restock_now(services, await by_hand(shop, 1))
    await until_told(shop, asked, [0, 1])


async def test_one_item_of_a_sku_is_meant_and_no_other(shop: Shop, services: Services) -> None:
    plain = await shop.ask(address(), SKU)
    variant = await shop.ask(address(), SKU, options={"variantId": "V1"})
    await restock_now(services, await by_hand(shop, 5))
    await shop.until(plain, "NOTIFICATION_SENT")
    assert (await shop.get(variant))["status"] == "RECEIVED"


async def test_the_same_click_with_another_number_is_refused(
    shop: Shop, services: Services
) -> None:
    await shop.ask(address(), SKU)
    first = await by_hand(shop, 5)
    await restock_now(services, first)
    with pytest.raises(IdempotencyKeyReusedError):
        await restock_now(services, RestockNow(shop.site, first.item, 6, first.id))


async def test_while_temporal_is_away_units_are_kept_and_a_report_is_refused(
    cut_off: Shop, settings: Settings, temporal: Client
) -> None:
    asked = await cut_off.ask(address(), SKU)
    transport = cut_off.http._transport
    services = transport.app.state.services  # type: ignore[attr-defined]
    with pytest.raises(EngineUnavailableError):
        await restock_now(services, await by_hand(cut_off, None))
    await restock_now(services, await by_hand(cut_off, 4))
    await cut_off.store.pool.execute(
        "UPDATE arrivals SET at = now() - interval '1 minute' WHERE site = $1", cut_off.site
    )
    await reconcile(temporal)
    await cut_off.until(asked, "NOTIFICATION_SENT")


async def test_a_dry_run_without_a_number_tells_everybody_whom_no_condition_leaves_out(
    shop: Shop,
) -> None:
    asked = [UUID(await shop.ask(address(), SKU)) for _ in range(3)]
    await policy(shop, shoppersPerUnit=1, minimumStock=5, capPerRestock=2)
    found = await dry_run(shop.store, shop.site, Arrival(ITEM, None, datetime.now(UTC), Audience()))
    (wave,) = found.preview.waves
    assert [each.id for each in wave.told] == asked[:2]
    assert found.preview.left_out == {asked[2]: "the cap of 2 shoppers per restock is reached"}
