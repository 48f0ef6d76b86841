"""A restock reaches everyone who waits, whatever else happens to their rows meanwhile."""

import asyncio
from uuid import UUID, uuid4

from shop import Shop, eventually
from shoppers import address, claimed_page, orchid_key, orchid_page
from smtp_sink import SmtpSink
from temporalio.client import Client, WorkflowExecutionStatus

from domain.contracts import PAGE_SIZE, TASK_QUEUE, Announcement, ReportedSignal, RestockInput
from domain.ids import restock_workflow_id
from workflows.restock import Restock

_INSERT_MANY = """
WITH contact AS (
    INSERT INTO contacts (id, site, email, address_key)
    VALUES (gen_random_uuid(), $1, $2, $2) RETURNING id
)
INSERT INTO requests (id, site, app_id, catalog_item_id, item_key, contact_id, email, address_key,
                      item, created_date)
SELECT gen_random_uuid(), $1, 'app', 'orchid', $3, contact.id, $2, n::text,
       '{"name": "Blue Orchid", "price": "75.00"}', now() + make_interval(secs => n)
FROM contact, generate_series(1, $4) AS n
RETURNING id
"""
_TO_THE_FRONT = "UPDATE requests SET created_date = '2026-01-01Z' WHERE id = $1"
_HOLD = "SELECT FROM requests WHERE id = ANY ($1::uuid[]) FOR UPDATE NOWAIT"
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def test_a_line_being_added_to_the_timeline_hides_nobody_from_a_restock(shop: Shop) -> None:
    request_id = await shop.ask(address())
    async with shop.store.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO timeline (request_id, kind) VALUES ($1, 'owner_told')", UUID(request_id)
        )
        await shop.report()
        await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_row_being_changed_hides_nobody_from_a_restock(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address())
    restock = temporal.get_workflow_handle(restock_workflow_id(shop.site, orchid_key()))

    async def claim_was_tried() -> bool:
        ended = (await restock.describe()).status is WorkflowExecutionStatus.COMPLETED
        return ended or await shop.store.pool.fetchval(_BLOCKED) > 0

    async with shop.store.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "UPDATE requests SET workflow_started = true WHERE id = $1", UUID(request_id)
        )
        await shop.report()
        await eventually(claim_was_tried, "the claim")
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_page_that_is_repeated_after_a_crash_is_followed_by_the_next(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    """A worker died after all but two of its page were told: those two, then the next page."""
    shopper, store = address(), shop.store
    rows = await store.pool.fetch(_INSERT_MANY, shop.site, shopper, orchid_key(), PAGE_SIZE + 1)
    told_already = Announcement(restock_id=uuid4(), report=ReportedSignal())
    claimed = await claimed_page(store, orchid_page(shop.site, told_already))
    assert len(claimed) == PAGE_SIZE
    await store.pool.execute(
        "UPDATE requests SET status = 'NOTIFICATION_SENT' WHERE id = ANY($1::uuid[])",
        [request.id for request in claimed[2:]],
    )
    await temporal.execute_workflow(
        Restock.run,
        RestockInput(site=shop.site, item_key=orchid_key(), current=told_already),
        id=restock_workflow_id(shop.site, orchid_key()),
        task_queue=TASK_QUEUE,
    )
    ids = [str(row["id"]) for row in rows]
    waiting = [one for one in ids[-1:] if (await shop.get(one))["status"] != "NOTIFICATION_SENT"]
    assert waiting == []
    assert len(sink.to(shopper)) == 3


async def test_a_page_locks_in_the_order_of_the_queue(shop: Shop) -> None:
    """So a page and an erasure of somebody who asked often never wait for each other."""
    pool = shop.store.pool
    insert = (_INSERT_MANY, shop.site, address(), orchid_key(), PAGE_SIZE)
    ids = [row["id"] for row in await pool.fetch(*insert)]
    # The first in the queue lies last on the disk.
    await pool.execute(_TO_THE_FRONT, ids[-1])
    page = orchid_page(shop.site, Announcement(restock_id=uuid4(), report=ReportedSignal()))
    async with (
        asyncio.TaskGroup() as group,
        pool.acquire() as connection,
        connection.transaction(),
    ):
        await connection.execute(_HOLD, [ids[-1]])
        taking = group.create_task(claimed_page(shop.store, page))
        await eventually(lambda: pool.fetchval(_BLOCKED), "the page to wait")
        await connection.execute(_HOLD, ids)
    assert len(taking.result()) == PAGE_SIZE
