"""The rate of mail: kept by Temporal for all workers together, changed while they run."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from conftest import RunningWorker
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_command_line import run
from test_long_restock import queues_of_activity

import worker.mail_rate
from worker.mail_rate import MailRate


@pytest_asyncio.fixture
async def rate(temporal: Client, worker: RunningWorker) -> AsyncIterator[MailRate]:
    """The rate of the mail that the tests' worker sends, which knows of no trouble yet."""
    rate = MailRate(temporal)
    await worker.stop()
    await worker.start()
    yield rate
    await rate.set(None)


@pytest.fixture
def untouched(temporal: Client, monkeypatch: pytest.MonkeyPatch) -> MailRate:
    """The rate of a queue that nobody has set a rate of."""
    monkeypatch.setattr(worker.mail_rate, "EMAIL_TASK_QUEUE", f"email-{uuid4()}")
    return MailRate(temporal)


async def told_through(shop: Shop, temporal: Client) -> list[str]:
    """Tell one shopper; the queues that the mail went through as a regular activity."""
    request_id = await shop.ask(address(), item=f"item-{uuid4().hex[:8]}")
    handle = temporal.get_workflow_handle(f"request/{request_id}")
    await handle.signal("restock")
    await shop.until(request_id, "NOTIFICATION_SENT")
    return await queues_of_activity(handle, "send_email")


async def test_where_a_rate_is_set_while_workers_run_every_mail_goes_through_the_queue(
    shop: Shop, temporal: Client, rate: MailRate
) -> None:
    assert await told_through(shop, temporal) == []
    await rate.set(1000)

    async def through_the_queue() -> bool:
        return await told_through(shop, temporal) == ["email"]

    await eventually(through_the_queue, "mail to go through the queue")
    assert await told_through(shop, temporal) == ["email"]
    await rate.set(None)

    async def by_itself() -> bool:
        return await told_through(shop, temporal) == []

    await eventually(by_itself, "mail to go out by itself again")


async def test_no_more_mails_leave_than_the_rate_says(
    shop: Shop, sink: SmtpSink, worker: RunningWorker, rate: MailRate
) -> None:
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    shoppers = [address() for _ in range(30)]
    ids = [await shop.ask(shopper) for shopper in shoppers]
    await worker.stop()
    await rate.set(5)
    await worker.start()
    await shop.report()
    arrived: dict[str, float] = {}

    async def all_arrived() -> bool:
        now = asyncio.get_running_loop().time()
        for shopper in shoppers:
            if sink.to(shopper):
                arrived.setdefault(shopper, now)
        return len(arrived) == len(shoppers)

    await eventually(all_arrived, "all mails", patience=60)
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    moments = sorted(arrived.values())
    # Two seconds' worth at once at the most; a slow machine only makes it slower.
    assert moments[-1] - moments[0] >= (30 - 2 * 5) / 5 - 1


async def test_a_rate_outlives_who_set_it(temporal: Client, untouched: MailRate) -> None:
    assert await untouched.get() is None
    await untouched.set(0.5)
    assert await MailRate(temporal).get() == 0.5
    await untouched.set(None)
    assert await MailRate(temporal).get() is None


async def test_the_setting_holds_until_somebody_sets_a_rate(untouched: MailRate) -> None:
    for setting in (None, 20.0, 30.0, None, 20.0):
        await untouched.begin_with(setting)
        assert await untouched.get() == setting
    for by_hand in (7.0, None):
        await untouched.set(by_hand)
        await untouched.begin_with(20.0)
        assert await untouched.get() == by_hand


async def test_whether_there_is_a_rate_is_asked_once_for_many_mails(
    untouched: MailRate, monkeypatch: pytest.MonkeyPatch
) -> None:
    await untouched.set(20)
    asked, get = [], MailRate.get

    async def counted(self: MailRate) -> float | None:
        asked.append(self)
        return await get(self)

    monkeypatch.setattr(MailRate, "get", counted)
    assert await asyncio.gather(*(untouched.is_set() for _ in range(50))) == [True] * 50
    assert len(asked) == 1


async def test_the_command_shows_sets_and_lifts_the_rate(temporal: Client, rate: MailRate) -> None:
    env = {"TEMPORAL_ADDRESS": temporal.service_client.config.target_host}
    free = (0, "Mail leaves as fast as the mail server takes it.\n", "")
    limited = (0, "At most 12.5 mails leave in a second, over all workers.\n", "")
    assert await run("mail", "rate", env=env) == free
    assert await run("mail", "rate", "12.5", env=env) == limited
    assert await run("mail", "rate", env=env) == limited
    assert await rate.get() == 12.5
    assert await run("mail", "rate", "off", env=env) == free


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "fast"])
async def test_a_rate_that_is_none_is_refused(given: str) -> None:
    code, _, err = await run("mail", "rate", "--", given)
    assert code == 2
    assert "a number above 0" in err


async def test_without_temporal_the_command_says_what_is_missing() -> None:
    nothing = await run("mail", "rate", env={"TEMPORAL_ADDRESS": "127.0.0.1:1"})
    stopped = await run("mail", "rate", "5", "--data-dir", "/nowhere")
    assert (nothing[0], stopped[0]) == (1, 1)
    assert nothing[2].startswith("Temporal, 127.0.0.1:1: ")
    assert stopped[2] == "No `restock up` runs on /nowhere. Start it first.\n"
