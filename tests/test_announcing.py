"""Who a restock reaches, whatever else happens to the requests at that moment."""

import asyncio
from uuid import uuid4

from shop import Shop, eventually
from shoppers import address, claimed_page, orchid_page

from domain.contracts import Announcement, ReportedSignal


async def test_a_request_whose_timeline_is_being_written_is_claimed(shop: Shop) -> None:
    request = await shop.row(await shop.ask(address()))
    async with shop.store.pool.acquire() as connection, connection.transaction():
        line = "INSERT INTO timeline (request_id, kind) VALUES ($1, 'owner_told')"
        await connection.execute(line, request.id)
        claimed = await claim(shop)
    assert [each.id for each in claimed] == [request.id]


async def test_a_request_that_is_being_changed_is_waited_for_not_skipped(shop: Shop) -> None:
    request = await shop.row(await shop.ask(address()))
    async with shop.store.pool.acquire() as connection:
        change = connection.transaction()
        await change.start()
        await connection.execute(
            "UPDATE requests SET workflow_started = true WHERE id = $1", request.id
        )
        claiming = asyncio.create_task(claim(shop))
        await one_waits_for_a_lock(shop)
        await change.commit()
    assert [each.id for each in await claiming] == [request.id]


async def claim(shop: Shop) -> list:
    announcement = Announcement(restock_id=uuid4(), report=ReportedSignal())
    return await claimed_page(shop.store, orchid_page(shop.site, announcement))


async def one_waits_for_a_lock(shop: Shop) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    await eventually(lambda: shop.store.pool.fetchval(waiting), "a lock that is waited for")


async def test_asking_and_reporting_at_once_reaches_every_shopper(shop: Shop) -> None:
    for _ in range(15):
        request_id = await shop.ask(address())
        await shop.report()
        await shop.until(request_id, "NOTIFICATION_SENT")
