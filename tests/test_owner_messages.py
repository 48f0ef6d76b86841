"""The owner writes to a shopper: a real mail with a known outcome, and then the request is done."""

from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from histories import anonymous, history_json, texts
from shop import Shop, eventually
from shoppers import address, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_reconciler import reconcile

from domain.errors import ContactNotFoundError
from domain.ids import letter_message_id, message_workflow_id
from domain.messages import Message, MessageOutcome, MessageState, NewMessage
from store.messages import Messages
from workflows.engine import Engine
from workflows.owner_message import OwnerMessage

TEXT = "Dear Anna,\n\nit is <here> & waits for you."


async def keep(shop: Shop, request_id: str, marks: bool = False, **given: Any) -> Message:
    """A message to the shopper of a request."""
    request = await shop.row(request_id)
    new = NewMessage(
        **{"contact_id": request.contact_id, "subject": "Your orchid", "text": TEXT}
        | {"marks": request.id if marks else None}
        | given
    )
    message_id = await shop.store.messages.add(shop.site, new)
    return Message(site=shop.site, message_id=message_id)


async def send(temporal: Client, message: Message) -> MessageOutcome:
    await Engine(temporal).start_message(message)
    return await ended(temporal, message)


async def ended(temporal: Client, message: Message) -> MessageOutcome:
    workflow_id = message_workflow_id(message.message_id)
    return await temporal.get_workflow_handle_for(OwnerMessage.run, workflow_id).result()


async def thread(shop: Shop, request_id: str) -> list[tuple[str, MessageState | None]]:
    contact = (await shop.row(request_id)).contact_id
    lines = await shop.store.threads.lines(shop.site, contact, None, 10)
    return [(line.text, line.state) for line in lines]


def only(mails: list[EmailMessage]) -> EmailMessage:
    (mail,) = mails
    return mail


async def test_the_shopper_gets_the_mail_and_answers_to_the_owner(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await shop.store.sites.change(
        shop.site, owner_email="kim@orchids.test", mail_from="Orchids <shop@orchids.test>"
    )
    email = address()
    request_id = await shop.ask(email)
    message = await keep(shop, request_id)
    found = await send(temporal, message)
    assert found == MessageOutcome(state=MessageState.SENT, reply="250 2.0.0 taken")
    mail = only(sink.to(email))
    assert (mail["Subject"], mail["From"]) == ("Your orchid", "Orchids <shop@orchids.test>")
    assert mail["Reply-To"] == "kim@orchids.test"
    assert mail["Message-ID"] == letter_message_id(message.message_id, "restock.test")
    assert mail["Auto-Submitted"] is None
    assert mail["List-Unsubscribe"].startswith("<http://127.0.0.1:8080/my/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert part(mail, "plain").split() == TEXT.split()
    assert "it is &lt;here&gt; &amp; waits" in part(mail, "html")
    assert (await thread(shop, request_id))[0] == ("Wrote: Your orchid", MessageState.SENT)
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def test_without_an_address_of_its_own_the_owner_of_all_sites_is_answered(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address()
    await send(temporal, await keep(shop, await shop.ask(email)))
    assert only(sink.to(email))["Reply-To"] == "owner@restock.test"


async def test_then_the_request_is_done(shop: Shop, temporal: Client) -> None:
    request_id = await shop.ask(address())
    await send(temporal, await keep(shop, request_id, marks=True))
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    assert told["autoNotified"] is False


async def test_a_refused_message_says_so_and_leaves_the_request(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address("refused"))
    found = await send(temporal, await keep(shop, request_id, marks=True))
    reply = "550 5.1.1 <<address>>: no such user"
    assert found == MessageOutcome(state=MessageState.REFUSED, reply=reply)
    assert await thread(shop, request_id) == [
        (f"Your message was refused: {reply}", None),
        ("Wrote: Your orchid", MessageState.REFUSED),
        ("Asked to be told when Blue Orchid is back.", None),
    ]
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def test_while_the_mail_server_takes_no_mail_the_message_waits_and_then_goes(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address("later1")
    message = await keep(shop, await shop.ask(email))
    await Engine(temporal).start_message(message)

    async def deferred() -> bool:
        state = await shop.store.messages.state(shop.site, message.message_id)
        return state is MessageState.DEFERRED

    await eventually(deferred, "the message to be put off")
    assert sink.to(email) == []
    assert (await ended(temporal, message)).state is MessageState.SENT
    assert len(sink.to(email)) == 1


async def test_a_message_that_is_put_off_for_too_long_is_given_up(
    shop: Shop, temporal: Client
) -> None:
    message = await keep(shop, await shop.ask(address("later9")))
    sql = "UPDATE messages SET claimed_at = now() - interval '3 days' WHERE id = $1"
    await shop.store.pool.execute(sql, message.message_id)
    found = await send(temporal, message)
    assert found.state is MessageState.REFUSED
    assert found.reply.startswith("451 4.7.1")


async def test_a_lost_answer_is_no_second_mail(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address("lost1")
    request_id = await shop.ask(email)
    found = await send(temporal, await keep(shop, request_id, marks=True))
    assert found.state is MessageState.UNKNOWN
    assert len(sink.to(email)) == 1
    assert (await thread(shop, request_id))[0][0].startswith("Nobody knows whether your message")
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def test_an_outcome_that_postgres_would_not_take_is_recorded_later(
    shop: Shop, sink: SmtpSink, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, calls = Messages.settle, []

    async def away_at_first(messages: Messages, *outcome: Any) -> None:
        calls.append(outcome)
        if len(calls) == 1:
            raise ConnectionRefusedError("Postgres is away")
        await settle(messages, *outcome)

    monkeypatch.setattr(Messages, "settle", away_at_first)
    email = address()
    found = await send(temporal, await keep(shop, await shop.ask(email)))
    assert found == MessageOutcome(state=MessageState.SENT, reply="250 2.0.0 taken")
    assert (len(sink.to(email)), len(calls)) == (1, 2)


async def test_a_claim_that_a_crash_left_behind_is_no_second_mail(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address()
    message = await keep(shop, await shop.ask(email))
    claimed = await shop.store.messages.begin(shop.site, message.message_id, "<id@x>")
    assert claimed
    assert claimed.ours
    assert (await send(temporal, message)).state is MessageState.UNKNOWN
    assert sink.to(email) == []


async def test_a_message_that_was_sent_is_not_sent_again(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address()
    message = await keep(shop, await shop.ask(email))
    await send(temporal, message)
    assert (await send(temporal, message)).state is MessageState.SENT
    assert len(sink.to(email)) == 1


async def test_a_message_to_an_erased_shopper_ends_quietly(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address()
    request_id = await shop.ask(email)
    message, request = await keep(shop, request_id), await shop.row(request_id)
    await shop.store.shoppers.erase_contact(shop.site, request.contact_id)
    assert await send(temporal, message) == MessageOutcome()
    assert sink.to(email) == []


async def test_what_was_written_while_temporal_was_away_is_sent(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    email = address()
    message = await keep(shop, await shop.ask(email))
    await shop.store.pool.execute(
        "UPDATE messages SET created_date = now() - interval '1 minute' WHERE id = $1",
        message.message_id,
    )
    assert (await reconcile(temporal)).started >= 1
    assert (await ended(temporal, message)).state is MessageState.SENT
    assert len(sink.to(email)) == 1


async def test_nothing_personal_is_in_its_history(shop: Shop, temporal: Client) -> None:
    message = await keep(shop, await shop.ask(address("refused")), text="secret words")
    await send(temporal, message)
    history = anonymous(await history_json(temporal, message_workflow_id(message.message_id)))
    assert [text for text in texts(history) if "@" in text or "secret" in text] == []


async def test_a_shopper_of_another_site_cannot_be_written_to(shop: Shop, other_shop: Shop) -> None:
    theirs = await other_shop.ask(address())
    for contact_id in ((await other_shop.row(theirs)).contact_id, uuid4()):
        with pytest.raises(ContactNotFoundError):
            await keep(shop, await shop.ask(address()), contact_id=contact_id)
    ours = await keep(shop, await shop.ask(address()), marks=UUID(theirs))
    assert await other_shop.store.messages.begin(other_shop.site, ours.message_id, "<x@y>") is None
    assert await other_shop.store.messages.state(other_shop.site, ours.message_id) is None


async def test_another_sites_request_is_not_marked(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    theirs = await other_shop.ask(address())
    await send(temporal, await keep(shop, await shop.ask(address()), marks=UUID(theirs)))
    assert (await other_shop.get(theirs))["status"] == "RECEIVED"
