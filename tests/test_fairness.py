"""Who goes first, and that a hot item does not make the others wait."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio
from conftest import RunningWorker
from shop import BASE, Shop, eventually
from shoppers import address, orchid_key
from smtp_sink import SmtpSink
from temporalio.api.common.v1 import Priority
from temporalio.client import Client, WorkflowHandle
from test_long_restock import queues_of_activity

from domain.catalog import Item
from domain.contracts import RestockSignal
from domain.ids import restock_workflow_id
from store.records import WaitingStart
from worker.mail_rate import MailRate
from workflows.engine import Engine

OWNERS_MARK, ALONE, ONE_OF_MANY = 1, 3, 5
MANY = 30


async def priority(temporal: Client, workflow_id: str) -> Priority:
    described = await temporal.get_workflow_handle(workflow_id).describe()
    return described.raw_description.workflow_execution_info.priority


async def key_of(temporal: Client, request_id: str) -> int:
    return (await priority(temporal, f"request/{request_id}")).priority_key


async def test_a_request_waits_as_one_of_many_and_a_restock_goes_before_them(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address())
    waits = await priority(temporal, f"request/{request_id}")
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    restock = await priority(temporal, restock_workflow_id(shop.site, orchid_key()))
    assert (waits.priority_key, restock.priority_key) == (ONE_OF_MANY, ALONE)
    # What is shared out fairly: the turns of the items.
    assert waits.fairness_key == restock.fairness_key == f"{shop.site}/{orchid_key()}"


async def test_a_site_with_the_longest_name_has_a_fairness_key_that_temporal_takes(
    temporal: Client,
) -> None:
    request = WaitingStart(
        id=uuid4(), site="s" * 63, item_key=orchid_key(), catalog_item_id="orchid", item=Item()
    )
    await Engine(temporal).start_request(request)
    waits = await priority(temporal, f"request/{request.id}")
    assert waits.fairness_key.endswith(f"/{orchid_key()}")


async def test_who_is_told_alone_is_called_forward_and_one_of_many_is_not(
    shop: Shop, temporal: Client
) -> None:
    alone = await shop.ask(address(), item="rare")
    many = [await shop.ask(address(), item="hot") for _ in range(6)]
    await shop.report(item="rare")
    await shop.report(item="hot")
    for request_id in (alone, *many):
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert await key_of(temporal, alone) == ALONE
    assert {await key_of(temporal, request_id) for request_id in many} == {ONE_OF_MANY}


async def test_an_owners_mark_goes_before_everything(shop: Shop, temporal: Client) -> None:
    waiting, failed = await shop.ask(address()), await shop.ask(address("refused"), item="rare")
    await shop.report(item="rare")
    await shop.until(failed, "FAILED")
    for request_id in (waiting, failed):
        reply = await shop.call("PUT", f"{BASE}/{request_id}/mark-as-notification-sent")
        assert reply.status_code == 200, reply.text
        assert await key_of(temporal, request_id) == OWNERS_MARK


async def test_a_failed_request_that_is_reported_again_is_told_as_one_alone(
    shop: Shop, temporal: Client
) -> None:
    failed = await shop.ask(address("refused"))
    await shop.report()
    await shop.until(failed, "FAILED")
    handle = temporal.get_workflow_handle(f"request/{failed}")
    first_run = (await handle.describe()).run_id
    await shop.report(requestIds=[failed])

    async def ended_again() -> bool:
        described = await handle.describe()
        return described.run_id != first_run and described.close_time is not None

    await eventually(ended_again, "the second run")
    assert await key_of(temporal, failed) == ALONE


@pytest_asyncio.fixture
async def through_the_queue(temporal: Client, worker: RunningWorker) -> AsyncIterator[None]:
    """Every mail goes through the task queue, ten at a time."""
    await worker.stop()
    await MailRate(temporal).set(1000)
    await worker.start()
    yield
    await MailRate(temporal).set(None)


@pytest.fixture
def crowd_waits(sink: SmtpSink) -> Iterator[None]:
    """The mail server is ready for nobody of a crowd until it is told to be."""
    sink.let_in = 0
    sink.welcome.clear()
    yield
    sink.welcome.set()
    sink.welcome.clear()


async def is_queued(handle: WorkflowHandle) -> bool:
    return await queues_of_activity(handle, "send_email") == ["email"]


async def test_a_mail_that_is_not_one_of_many_overtakes_those_that_wait_in_the_queue(
    shop: Shop, sink: SmtpSink, temporal: Client, through_the_queue: None, crowd_waits: None
) -> None:
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    crowd = [await shop.ask(address("crowd"), item="hot") for _ in range(MANY)]
    reported, signalled = address(), address()
    by_report = await shop.ask(reported, item="rare")
    by_signal = await shop.ask(signalled, item="seldom")
    already = len(sink.envelopes)
    await shop.report(item="hot")
    await all_queued(temporal, crowd)
    await shop.report(item="rare")
    handle = temporal.get_workflow_handle(f"request/{by_signal}")
    await handle.signal("restock", RestockSignal())
    await all_queued(temporal, [by_report, by_signal])
    sink.welcome.set()
    for request_id in (*crowd, by_report, by_signal):
        await shop.until(request_id, "NOTIFICATION_SENT")
    order = [envelope.rcpt_tos[0] for envelope in sink.envelopes[already:]]
    # Ten of the crowd were on their way, and a few more were handed out together with these two.
    assert max(order.index(reported), order.index(signalled)) < 20


async def all_queued(temporal: Client, request_ids: list[str]) -> None:
    for request_id in request_ids:
        handle = temporal.get_workflow_handle(f"request/{request_id}")
        await eventually(lambda handle=handle: is_queued(handle), "the mail in the queue")
