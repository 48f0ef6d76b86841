"""Mail servers that refuse, put off, hang up and go away."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from conftest import RunningWorker
from shop import Shop, eventually
from shoppers import address, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment
from test_reconciler import reconcile

from activities.send_email import SendEmail
from activities.shopper_letters import ShopperLetters
from activities.smtp import SmtpPool
from activities.smtp_server import SmtpServer
from domain.catalog import Item
from domain.contracts import RestockSignal, Telling
from domain.ids import message_id, outage_notice_workflow_id
from domain.settings import Settings
from mails.letters import Templates


async def inbox(shop: Shop) -> list[str]:
    reply = await shop.call("GET", "/v1/inbox", params={"limit": 100})
    return [line["text"] for line in reply.json()["lines"]]


async def everything_said(shop: Shop, request_id: str) -> str:
    """All that the owner reads of a request but for its own address field."""
    request = {k: v for k, v in (await shop.get(request_id)).items() if k != "email"}
    return f"{request} {await shop.timeline(request_id)} {await inbox(shop)}"


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("refused", "550 5.1.1 <address>: no such user"),
        ("spam", "554 5.7.1 looks like spam"),
    ],
)
async def test_a_refusal_ends_the_request_with_the_servers_words(
    shop: Shop, sink: SmtpSink, name: str, reply: str
) -> None:
    shopper = address(name)
    request_id = await shop.ask(shopper)
    await shop.report()
    assert "autoNotified" not in await shop.until(request_id, "FAILED")
    refused = await shop.until_step(request_id, "mail_refused")
    assert refused["detail"].replace("<<address>>", "<address>") == reply
    assert shopper not in await everything_said(shop, request_id)
    assert sink.to(shopper) == []
    assert f"The mail was refused: {refused['detail']}" in await inbox(shop)


async def test_a_mail_that_is_put_off_is_sent_at_the_next_try(shop: Shop, sink: SmtpSink) -> None:
    shopper = address("later1")
    request_id = await shop.ask(shopper)
    await shop.report()
    assert (await shop.until(request_id, "NOTIFICATION_SENT"))["autoNotified"] is True
    assert len(sink.to(shopper)) == 1
    steps = await shop.steps(request_id)
    assert steps == ["requested", "claimed", "mail_deferred", "mail_accepted"]
    assert "451 4.7.1" in (await shop.until_step(request_id, "mail_deferred"))["detail"]
    assert shopper not in await everything_said(shop, request_id)
    # It concerned one shopper: nothing is wrong with the owner's mail.
    assert not [line for line in await inbox(shop) if "not going out" in line]


async def test_a_reply_that_comes_at_every_try_is_told_once(shop: Shop, sink: SmtpSink) -> None:
    shopper = address("later2")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    steps = await shop.steps(request_id)
    assert steps == ["requested", "claimed", "mail_deferred", "mail_accepted"]
    assert len(sink.to(shopper)) == 1


async def test_a_mail_lost_before_it_was_kept_is_sent_again(shop: Shop, sink: SmtpSink) -> None:
    shopper = address("gone1")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_a_lost_answer_is_followed_by_the_same_mail_again(shop: Shop, sink: SmtpSink) -> None:
    shopper = address("lost1")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    first, second = sink.to(shopper)
    assert first["Message-ID"] == second["Message-ID"]
    assert request_id in first["Message-ID"]


async def test_a_server_that_keeps_losing_its_answers_does_not_make_copies_for_ever(
    shop: Shop, sink: SmtpSink, settings: Settings
) -> None:
    shopper = address("lost9")
    request_id = await shop.ask(shopper)
    await shop.report()

    async def second_copy() -> bool:
        return len(sink.to(shopper)) == 2

    await eventually(second_copy, "the second copy")
    await shop.store.pool.execute(
        "UPDATE deliveries SET unknown_attempts = 4 WHERE request_id = $1", UUID(request_id)
    )
    restock_id = await shop.store.pool.fetchval(
        "SELECT restock_id FROM requests WHERE id = $1", UUID(request_id)
    )
    # The next attempt, which Temporal makes in a minute.
    smtp = SmtpPool(SmtpServer.from_url(settings.smtp_url.get_secret_value()))
    letters = ShopperLetters(shop.store, Templates())
    send = SendEmail(
        shop.store, smtp, letters, settings.mail_from, settings.public_url, timedelta(hours=48)
    )
    telling = Telling(
        site=shop.site, request_id=request_id, restock_id=restock_id, item=Item(), parameters={}
    )
    delivery = await ActivityEnvironment().run(send.send_email, telling)
    assert delivery.outcome == "unknown"
    assert (await shop.get(request_id))["status"] == "FAILED"
    assert len(sink.to(shopper)) == 2


async def test_a_lost_answer_is_held_for_the_owner_where_the_policy_says_so(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"unknownDelivery": "hold"})
    shopper = address("lost1")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "FAILED")
    assert await temporal.get_workflow_handle(f"request/{request_id}").result() == "FAILED"
    assert (await shop.steps(request_id))[-1] == "outcome_unknown"
    assert any(line.startswith("Nobody knows whether the mail left.") for line in await inbox(shop))
    assert len(sink.to(shopper)) == 1


async def test_a_shopper_with_an_internationalised_address_is_told(
    shop: Shop, sink: SmtpSink
) -> None:
    shopper = address("jörg").replace("example", "exämple")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


@pytest_asyncio.fixture
async def ascii_mail_server(sink: SmtpSink, worker: RunningWorker) -> AsyncIterator[None]:
    """A mail server without SMTPUTF8, and a worker that knows it only as that."""
    for smtputf8 in (False, True):
        await worker.stop()
        sink.smtputf8 = smtputf8
        await worker.start()
        if not smtputf8:
            yield


async def test_a_mail_server_without_smtputf8_refuses_an_address_it_cannot_take(
    shop: Shop, sink: SmtpSink, ascii_mail_server: None
) -> None:
    shopper = address("jörg").replace("example", "exämple")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "FAILED")
    refused = await shop.until_step(request_id, "mail_refused")
    assert refused["detail"] == (
        "the mail server does not take internationalised addresses (SMTPUTF8)"
    )
    assert shopper not in await everything_said(shop, request_id)


async def test_a_mail_server_without_smtputf8_gets_a_domain_in_ascii(
    shop: Shop, sink: SmtpSink, ascii_mail_server: None
) -> None:
    shopper = address().replace("example", "exämple")
    request_id = await shop.ask(shopper)
    await shop.store.sites.change(shop.site, mail_from="Blå <butik@blåbär.test>")
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper.replace("exämple", "xn--exmple-cua"))
    assert mail["To"] == shopper.replace("exämple", "xn--exmple-cua")
    assert mail["From"] == "Blå <butik@xn--blbr-noae.test>"
    # What the owner sees is the address as the shopper gave it.
    assert (await shop.get(request_id))["email"] == shopper


async def claimed_by_a_worker_that_died(shop: Shop, request_id: str) -> RestockSignal:
    """The signal of a restock whose mail was begun, and nobody knows how far it got."""
    restock_id = uuid4()
    identity = message_id(UUID(request_id), restock_id, "restock.test")
    assert await shop.store.deliveries.begin(shop.site, UUID(request_id), restock_id, identity)
    return RestockSignal(restock_id=restock_id)


async def test_a_worker_that_dies_while_sending_is_followed_by_the_same_mail(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    signal = await claimed_by_a_worker_that_died(shop, request_id)
    await temporal.get_workflow_handle(f"request/{request_id}").signal("restock", signal)
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    assert mail["Message-ID"] == f"<{request_id}.{signal.restock_id}@restock.test>"


async def test_a_mail_that_stays_put_off_is_given_up_after_the_limit(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address("later9")
    request_id = await shop.ask(shopper)
    signal = await claimed_by_a_worker_that_died(shop, request_id)
    await shop.store.pool.execute(
        "UPDATE deliveries SET state = 'deferred', claimed_at = now() - interval '49 hours' "
        "WHERE request_id = $1",
        UUID(request_id),
    )
    await temporal.get_workflow_handle(f"request/{request_id}").signal("restock", signal)
    await shop.until(request_id, "FAILED")
    assert "451" in (await shop.until_step(request_id, "gave_up"))["detail"]
    assert shopper not in await everything_said(shop, request_id)
    assert sink.to(shopper) == []


async def test_a_mail_that_cannot_be_written_ends_the_request_with_the_reason(
    shop: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.report(extraAutomationTemplateParameters={"item": "no longer an object"})
    await shop.until(request_id, "FAILED")
    reason = (await shop.until_step(request_id, "template_error"))["detail"]
    assert reason.startswith("back_in_stock/subject.txt")
    assert "no attribute 'name'" in reason
    assert sink.to(shopper) == []


@pytest_asyncio.fixture
async def mail_server_down(sink: SmtpSink, worker: RunningWorker) -> AsyncIterator[None]:
    """A mail server that hangs up on everybody, and a worker that keeps no connection to it."""
    await worker.stop()
    sink.down = True
    await worker.start()
    yield
    sink.down = False


async def told_in_vain(shop: Shop, shoppers: list[str]) -> list[str]:
    """Report an item while no mail leaves, not even to the owner; returns the requests."""
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    ids = [await shop.ask(shopper) for shopper in shoppers]
    await shop.report()
    for request_id in ids:
        await shop.until_step(request_id, "mail_deferred")
    await eventually(partial(troubles, shop), "the line in the inbox")
    return ids


async def troubles(shop: Shop) -> list[str]:
    return [line for line in await inbox(shop) if line.startswith("Mail is not going out")]


async def test_the_owner_is_told_once_that_mail_is_not_going_out_and_once_that_it_is(
    shop: Shop, sink: SmtpSink, mail_server_down: Any
) -> None:
    shoppers = [address() for _ in range(3)]
    ids = await told_in_vain(shop, shoppers)
    (line,) = await troubles(shop)
    assert line.startswith("Mail is not going out and will be tried again: ")
    sink.down = False
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(await troubles(shop)) == 1
    assert (await inbox(shop)).count("Mail is going out again.") == 1
    assert [len(sink.to(shopper)) for shopper in shoppers] == [1, 1, 1]


async def test_the_owner_is_told_by_mail_of_an_outage_that_is_over_once(
    shop: Shop, sink: SmtpSink, temporal: Client, mail_server_down: Any
) -> None:
    owner = address("owner")
    await shop.store.sites.change(shop.site, owner_email=owner)
    ids = await told_in_vain(shop, [address() for _ in range(3)])
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "each", "timeZone": "Europe/Stockholm"})
    assert shop.site not in await shop.store.overlooked.outages_to_tell()
    sink.down = False
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    for _ in range(2):
        await reconcile(temporal)
        handle = temporal.get_workflow_handle(outage_notice_workflow_id(shop.site))
        await handle.result()
    notices = [mail for mail in sink.to(owner) if "goes out again" in mail["Subject"]]
    assert len(notices) == 1
    assert "(Europe/Stockholm)" in part(notices[0], "plain")
