"""What was missed while Temporal was away is made up for, once."""

from uuid import UUID, uuid4

from shop import Shop
from shoppers import address, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client, WorkflowExecutionStatus

from domain.contracts import TASK_QUEUE
from domain.ids import request_workflow_id
from domain.reconciling import Reconciled
from workflows.housekeeping import Reconciler


async def reconcile(temporal: Client) -> Reconciled:
    return await temporal.execute_workflow(
        Reconciler.run, id=f"reconcile-{uuid4()}", task_queue=TASK_QUEUE
    )


async def made_while_temporal_was_away(shop: Shop, shopper: str, seconds_ago: int = 60) -> UUID:
    record = await shop.store.requests.create(shop.site, wanted(shopper))
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = now() - make_interval(secs => $2) WHERE id = $1",
        record.id,
        seconds_ago,
    )
    return record.id


async def is_known_to_run(shop: Shop, request_id: UUID) -> bool:
    sql = "SELECT workflow_started FROM requests WHERE id = $1"
    return bool(await shop.store.pool.fetchval(sql, request_id))


async def test_a_request_whose_start_failed_is_started_and_told(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await made_while_temporal_was_away(shop, shopper)
    assert (await reconcile(temporal)).started >= 1
    assert await is_known_to_run(shop, request_id)
    description = await temporal.get_workflow_handle(request_workflow_id(request_id)).describe()
    assert description.status is WorkflowExecutionStatus.RUNNING
    await shop.report()
    await shop.until(str(request_id), "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_reconciling_twice_changes_nothing(shop: Shop, temporal: Client) -> None:
    request_id = await made_while_temporal_was_away(shop, address())
    running = await shop.ask(address())
    handle = temporal.get_workflow_handle(request_workflow_id(request_id))
    await reconcile(temporal)
    await shop.until_step(str(request_id), "owner_told")
    first, steps = (await handle.describe()).run_id, await shop.timeline(str(request_id))
    await reconcile(temporal)
    assert (await handle.describe()).run_id == first
    assert await shop.timeline(str(request_id)) == steps
    assert (await shop.get(running))["status"] == "RECEIVED"


async def test_a_request_that_is_just_being_made_is_left_to_the_api(
    shop: Shop, temporal: Client
) -> None:
    request_id = await made_while_temporal_was_away(shop, address(), seconds_ago=0)
    await reconcile(temporal)
    assert not await is_known_to_run(shop, request_id)


async def test_a_restock_does_not_need_the_reconciler(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await made_while_temporal_was_away(shop, shopper)
    await shop.report()
    await shop.until(str(request_id), "NOTIFICATION_SENT")
    assert await is_known_to_run(shop, request_id)
    await reconcile(temporal)
    assert len(sink.to(shopper)) == 1
    assert await shop.steps(str(request_id)) == ["requested", "claimed", "mail_accepted"]


async def test_a_deletion_noted_while_temporal_was_away_ends_the_workflow(
    shop: Shop, temporal: Client
) -> None:
    request_id = UUID(await shop.ask(address()))
    never_started = await made_while_temporal_was_away(shop, address())
    for deleted in (request_id, never_started):
        assert await shop.store.requests.delete(shop.site, deleted)
    assert (await reconcile(temporal)).withdrawn >= 2
    handle = temporal.get_workflow_handle(request_workflow_id(request_id))
    assert await handle.result() == "withdrawn"
    left = "SELECT count(*) FROM withdrawals WHERE site = $1"
    assert await shop.store.pool.fetchval(left, shop.site) == 0
