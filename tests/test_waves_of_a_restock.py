"""A restock in waves, on real parts: few units, many shoppers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shop import STORES, Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from domain.catalog import CatalogReference
from domain.ids import restock_workflow_id
from domain.matching import StockLevel
from workflows.engine import Engine

SKU = "SKU-1"
A_MOMENT = 1.5 / 60


async def policy(shop: Shop, **changes: Any) -> None:
    await shop.store.sites.change_policy(shop.site, changes)


async def arrive(shop: Shop, temporal: Client, quantity: int) -> None:
    await shop.store.stock.update(shop.site, [StockLevel(sku=SKU, quantity=quantity)])
    await Engine(temporal).arrivals_waiting(shop.site)


def restock(shop: Shop, temporal: Client) -> WorkflowHandle[Any, Any]:
    item_key = CatalogReference(app_id=STORES, catalog_item_id=SKU).item_key
    return temporal.get_workflow_handle(restock_workflow_id(shop.site, item_key))


async def told(shop: Shop, asked: list[str]) -> list[int]:
    """The places in the queue of those who were told."""
    states = [(await shop.get(request_id))["status"] for request_id in asked]
    return [place for place, status in enumerate(states) if status == "NOTIFICATION_SENT"]


async def until_told(shop: Shop, asked: list[str], places: list[int]) -> None:
    async def there() -> bool:
        return await told(shop, asked) == places

    await eventually(there, f"{places} to be told")


async def details(handle: WorkflowHandle[Any, Any]) -> str:
    """What the Temporal UI shows as the current details of a run."""
    try:
        metadata: WorkflowMetadata = await handle.query(
            "__temporal_workflow_metadata", result_type=WorkflowMetadata
        )
    except RPCError:
        return "not running yet"
    return metadata.current_details


async def test_few_units_are_announced_wave_by_wave_until_they_are_gone(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(6)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=A_MOMENT)
    await arrive(shop, temporal, 3)
    await until_told(shop, asked, [0, 1, 2])
    assert "wave 1 of about 2: told 3 of 6, stock 3, next look" in await details(
        restock(shop, temporal)
    )
    # Two were sold and the third is still there when the next wave looks.
    await arrive(shop, temporal, 1)
    await until_told(shop, asked, [0, 1, 2, 3])
    await arrive(shop, temporal, 0)
    held = await shop.until_step(asked[5], "held_back")
    assert held["detail"] == "not announced: quantity 0 is below the minimum of 1"
    assert await told(shop, asked) == [0, 1, 2, 3]
    assert await restock(shop, temporal).result() == "Blue Orchid: told 4 of 4"
    assert len(sink.mails) >= 4
    await arrive(shop, temporal, 9)
    await until_told(shop, asked, [0, 1, 2, 3, 4, 5])


async def test_units_that_arrive_during_the_wait_count_at_its_end(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(6)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=A_MOMENT)
    began = datetime.now(UTC)
    await arrive(shop, temporal, 1)
    await until_told(shop, asked, [0])
    await arrive(shop, temporal, 5)
    await until_told(shop, asked, [0, 1, 2, 3, 4, 5])
    assert datetime.now(UTC) - began >= timedelta(seconds=1.5)


async def test_a_policy_changed_while_a_restock_runs_holds_for_its_next_wave(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(5)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=A_MOMENT)
    await arrive(shop, temporal, 1)
    await until_told(shop, asked, [0])
    await policy(shop, shoppersPerUnit=None, order="newest", capPerRestock=3)
    await until_told(shop, asked, [0, 3, 4])
    held = await shop.until_step(asked[1], "held_back")
    assert held["detail"] == "not announced: the cap of 3 shoppers per restock is reached"
    await policy(shop, capPerRestock=None)
    await until_told(shop, asked, [0, 1, 2, 3, 4])


async def test_wanted_units_are_counted_off(shop: Shop, temporal: Client) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(4)]
    await shop.store.pool.execute(
        "UPDATE requests SET quantity = 2 WHERE id = ANY($1::uuid[])", asked[1:2]
    )
    await policy(shop, shoppersPerUnit=1)
    await arrive(shop, temporal, 3)
    await until_told(shop, asked, [0, 1])
    state = await restock(shop, temporal).describe()
    assert state.status is WorkflowExecutionStatus.RUNNING


async def test_in_quiet_hours_a_restock_waits_for_their_end(shop: Shop, temporal: Client) -> None:
    asked = await shop.ask(address(), SKU)
    now = datetime.now(UTC)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    hours = {"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}"}
    await policy(shop, quietHours=hours)
    await arrive(shop, temporal, 3)

    async def waits() -> bool:
        return "next look" in await details(restock(shop, temporal))

    await eventually(waits, "the restock to wait")
    assert f"next look {end:%H:%M}" in await details(restock(shop, temporal))
    assert (await shop.get(asked))["status"] == "RECEIVED"
    await shop.report("SKU-1", requestIds=[asked])
    await shop.until(asked, "NOTIFICATION_SENT")


async def test_a_report_of_the_item_ends_the_waves_by_telling_everyone(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(4)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    await arrive(shop, temporal, 1)
    await until_told(shop, asked, [0])
    await shop.report(SKU)
    await until_told(shop, asked, [0, 1, 2, 3])
