"""A restock that its owner pauses, resumes and stops, on real parts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from queues import crowd, forget_all
from shop import STORES, Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client, WorkflowExecutionStatus
from test_reconciler import reconcile
from test_waves_of_a_restock import (
    A_MOMENT,
    SKU,
    arrive,
    details,
    policy,
    restock,
    told,
    until_told,
)

from domain.catalog import CatalogReference
from domain.contracts import TASK_QUEUE, Announcement, ReportedSignal, RestockInput
from domain.errors import RestockNotRunningError
from domain.holding import Holding
from domain.ids import restock_name, restock_workflow_id
from domain.matching import Audience
from workflows.engine import Engine
from workflows.restock import Restock

ITEM = CatalogReference(app_id=STORES, catalog_item_id=SKU).item_key
STOPPED = "not announced: stopped by the owner"


async def in_waves(shop: Shop, temporal: Client, shoppers: int, minutes: float) -> list[str]:
    """So many wait; the restock has told the first, and the next wave is so many minutes away."""
    asked = [await shop.ask(address(), SKU) for _ in range(shoppers)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=minutes)
    await arrive(shop, temporal, 1)
    await until_told(shop, asked, [0])
    return asked


async def until_held(shop: Shop, held: bool = True) -> None:
    async def there() -> bool:
        return bool(await holds(shop)) is held

    await eventually(there, f"the restock to be {'held' if held else 'released'}")


async def holds(shop: Shop) -> list[Any]:
    sql = "SELECT item_key FROM restock_holds WHERE site = $1"
    return [row["item_key"] for row in await shop.store.pool.fetch(sql, shop.site)]


async def arrivals(shop: Shop) -> list[str]:
    return [each.item_key for each in await shop.store.stock.next_arrivals(shop.site, 10)]


async def summaries(shop: Shop) -> list[str]:
    lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    return [line["text"] for line in lines if "contactId" not in line]


async def test_a_paused_restock_tells_nobody_until_it_is_resumed(
    shop: Shop, temporal: Client
) -> None:
    engine = Engine(temporal)
    asked = await in_waves(shop, temporal, 4, minutes=A_MOMENT)
    for _ in range(2):
        await engine.pause_restock(shop.site, ITEM)
    await until_held(shop)
    handle = restock(shop, temporal)
    wave = await handle.query(Restock.running_wave)
    assert wave
    assert wave.paused
    begins = wave.begins
    assert begins
    assert (await details(handle)).startswith("paused; wave ")
    before = await told(shop, asked)

    async def wave_is_due() -> bool:
        return datetime.now(UTC) > begins + timedelta(seconds=0.5)

    await eventually(wave_is_due, "the next wave to be due")
    assert await told(shop, asked) == before != [0, 1, 2, 3]
    for _ in range(2):
        await engine.resume_restock(shop.site, ITEM)
    await until_told(shop, asked, [0, 1, 2, 3])
    assert await holds(shop) == []


async def test_a_pause_does_not_count_as_overlooked(shop: Shop, temporal: Client) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    await Engine(temporal).pause_restock(shop.site, ITEM)
    await until_held(shop)
    await shop.ask(address(), SKU)
    await reconcile(temporal)
    # The same again, as an inventory says that sends all its levels each night.
    await arrive(shop, temporal, 1)
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        async for event in restock(shop, temporal).fetch_history_events()
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert (signals, await arrivals(shop)) == (["stock_changed", "pause"], [])


async def test_a_pause_goes_over_into_a_new_run(shop: Shop, temporal: Client) -> None:
    request_id = await shop.ask(address(), SKU)
    going_on = Announcement(restock_id=uuid4(), report=ReportedSignal(), page=50)
    handle = await temporal.start_workflow(
        Restock.run,
        RestockInput(site=shop.site, item_key=ITEM, current=going_on, paused=True),
        id=restock_workflow_id(shop.site, ITEM),
        task_queue=TASK_QUEUE,
    )
    await until_held(shop)
    assert (await handle.query(Restock.progress)).paused
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    await handle.signal(Restock.resume)
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_restock_that_is_paused_for_very_long_goes_on_in_a_new_run(
    shop: Shop, temporal: Client
) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    handle = restock(shop, temporal)
    first = (await handle.describe()).run_id
    # So many events that Temporal suggests a new run.
    for _ in range(1400):
        await handle.signal(Restock.pause)

    async def anew() -> bool:
        await handle.signal(Restock.pause)
        return (await handle.describe()).run_id != first

    await eventually(anew, "a new run")
    wave = await handle.query(Restock.running_wave)
    assert wave
    assert wave.paused
    assert wave.told == 1


async def test_a_stopped_restock_leaves_the_rest_waiting_and_says_why(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    asked = await in_waves(shop, temporal, 4, minutes=60)
    await Engine(temporal).stop_restock(shop.site, ITEM)
    assert await restock(shop, temporal).result() == (
        "Blue Orchid: told 1 of 1, then stopped: 3 more keep waiting"
    )
    for request_id in asked[1:]:
        assert (await shop.get(request_id))["status"] == "RECEIVED"
        assert (await shop.timeline(request_id))[-1]["detail"] == STOPPED
    assert await summaries(shop) == ["Blue Orchid: told 1 of 1, then stopped: 3 more keep waiting"]
    (logged,) = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    assert logged["stopped"] == [{"reason": "stopped by the owner", "count": 3}]
    with pytest.raises(RestockNotRunningError):
        await Engine(temporal).stop_restock(shop.site, ITEM)


async def test_a_stop_holds_against_the_reconciler_a_sale_and_a_new_shopper_until_more_come_in(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(3)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    await arrive(shop, temporal, 2)
    await until_told(shop, asked, [0, 1])
    await Engine(temporal).stop_restock(shop.site, ITEM)
    await restock(shop, temporal).result()
    asked.append(await shop.ask(address(), SKU))
    await shop.store.pool.execute(
        "UPDATE restocks SET at = now() - interval '7 hours' WHERE site = $1", shop.site
    )
    await reconcile(temporal)
    await arrive(shop, temporal, 2)
    await arrive(shop, temporal, 1)
    assert (await arrivals(shop), await told(shop, asked)) == ([], [0, 1])
    state = await restock(shop, temporal).describe()
    assert state.status is WorkflowExecutionStatus.COMPLETED
    await arrive(shop, temporal, 2)
    await until_told(shop, asked, [0, 1, 2, 3])
    assert await holds(shop) == []


async def test_a_stop_before_anybody_was_told_is_over_with_a_report(
    shop: Shop, temporal: Client
) -> None:
    asked = await shop.ask(address(), SKU)
    await policy(shop, quietHours={"from": "00:00", "to": "23:59"})
    await arrive(shop, temporal, 3)

    async def waits() -> bool:
        return "next look" in await details(restock(shop, temporal))

    await eventually(waits, "the restock to wait")
    await Engine(temporal).pause_restock(shop.site, ITEM)
    await until_held(shop)
    for _ in range(2):
        await Engine(temporal).stop_restock(shop.site, ITEM)
    result = await restock(shop, temporal).result()
    assert result == "nobody was told: stopped by the owner"
    assert (await shop.timeline(asked))[-1]["detail"] == STOPPED
    await policy(shop, quietHours=None)
    await shop.report(SKU)
    await shop.until(asked, "NOTIFICATION_SENT")
    assert await holds(shop) == []


async def test_whom_a_stopped_report_of_ids_has_left_is_found_page_by_page(shop: Shop) -> None:
    asked = [UUID(await shop.ask(address(), SKU)) for _ in range(3)]
    holding = Holding(site=shop.site, request_ids=(asked[0], asked[2], uuid4()))
    left = [ids async for ids in shop.store.holds.left(holding, 1)]
    assert left == [[asked[0]], [asked[2]]]
    await shop.store.holds.hold(holding)
    assert await holds(shop) == []


async def test_no_site_reaches_another_sites_restock(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    engine = Engine(temporal)
    full = restock_workflow_id(shop.site, ITEM)
    for name in (ITEM, full, f"../{shop.site}/{ITEM}", f"{shop.site}/{ITEM}", ""):
        for act in (engine.pause_restock, engine.resume_restock, engine.stop_restock):
            with pytest.raises(RestockNotRunningError):
                await act(other_shop.site, name)
    wave = await restock(shop, temporal).query(Restock.running_wave)
    assert wave
    assert not wave.paused


async def test_a_hold_of_one_audience_is_not_another_ones(shop: Shop) -> None:
    sv = Audience(locale="sv-se")
    await shop.store.holds.hold(Holding(site=shop.site, item_key=ITEM, audience=sv))
    await shop.store.holds.release(Holding(site=shop.site, item_key=ITEM))
    assert await holds(shop) == [ITEM]
    assert restock_name(ITEM, sv) != restock_name(ITEM)


async def test_many_are_told_that_they_wait_on(shop: Shop, temporal: Client) -> None:
    await crowd(shop, 6000)
    holding = Holding(site=shop.site, item_key=(await bag_key(shop)))
    pages = [len(ids) async for ids in shop.store.holds.left(holding, 2500)]
    assert pages == [2500, 2500, 1000]
    await forget_all(shop)


async def bag_key(shop: Shop) -> str:
    sql = "SELECT item_key FROM requests WHERE site = $1 LIMIT 1"
    return str(await shop.store.pool.fetchval(sql, shop.site))
