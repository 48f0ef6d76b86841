"""Workers stop and start; nobody is forgotten and nobody is told twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from conftest import RunningWorker
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink

MANY, FIRST = 100, 10


@pytest_asyncio.fixture
async def stopped(worker: RunningWorker) -> AsyncIterator[RunningWorker]:
    """A worker that the test may leave stopped."""
    yield worker
    await worker.stop()
    await worker.start()


async def test_a_restock_while_no_worker_runs_is_told_by_the_next(
    shop: Shop, sink: SmtpSink, stopped: RunningWorker
) -> None:
    waiting, shopper = await shop.ask(address()), address()
    await stopped.stop()
    asked_meanwhile = await shop.ask(shopper)
    await shop.report()
    assert (await shop.get(waiting))["status"] == "RECEIVED"
    await stopped.start()
    for request_id in (waiting, asked_meanwhile):
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_a_worker_stopped_in_the_middle_of_a_restock_loses_and_doubles_nobody(
    shop: Shop, sink: SmtpSink, stopped: RunningWorker
) -> None:
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    shoppers = [address("crowd") for _ in range(MANY)]
    ids = await asyncio.gather(*(shop.ask(shopper) for shopper in shoppers))
    sink.let_in = FIRST
    await shop.report()

    async def the_first_are_told() -> bool:
        return told(sink, shoppers) == FIRST

    await eventually(the_first_are_told, "the first mails")
    await stopped.stop()
    sink.welcome.set()
    await stopped.start()
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    for shopper in shoppers:
        assert len({mail["Message-ID"] for mail in sink.to(shopper)}) == 1


def told(sink: SmtpSink, shoppers: list[str]) -> int:
    reached = {envelope.rcpt_tos[0] for envelope in sink.envelopes}
    return len(reached & set(shoppers))
