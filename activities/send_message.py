"""Sends what an owner wrote to a shopper."""

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from activities.alive import alive
from activities.mail import domain_of, written
from activities.retry import try_again
from activities.smtp import (
    MailDeferredError,
    MailError,
    MailRefusedError,
    Send,
    SmtpPool,
)
from domain.ids import letter_message_id
from domain.messages import Message, MessageOutcome, MessageState
from domain.privacy import masked
from domain.shopper_links import own_requests_url
from mails.letters import Letter
from store.messages import OwnerLetter
from store.records import RequestRecord
from store.store import Store

_PATIENCE_SECONDS = 60.0
_MAY_HAVE_LEFT = "an earlier attempt may have sent it"

Mark = Callable[[str, RequestRecord], Awaitable[None]]
"""Tells the workflow of a request that the owner told its shopper; safe to repeat."""


@dataclass(frozen=True)
class SendMessage:
    """Needs the store, the mail server, the way to mark a request, and three settings."""

    store: Store
    smtp: SmtpPool
    mark: Mark
    mail_from: str
    owner_email: str
    public_url: str
    give_up_after: timedelta

    @activity.defn
    async def send_message(self, message: Message) -> MessageOutcome:
        """Send one message and record how it went.

        It is claimed before the mail server is called, so that an attempt after a crash knows of
        the one before: such a message is not sent once more, because only its owner knows whether
        a second one does harm. Raises `ApplicationError` where a retry can help. No reply or
        failure holds an address.
        """
        outcome = _outcome_of_the_last_attempt()
        if outcome is None:
            async with alive():
                outcome = await self._in_turn(message)
            # For an attempt after this one, where Postgres is away just now.
            activity.heartbeat(outcome)
        if outcome.state:
            await self.store.messages.settle(
                message.site, message.message_id, outcome.state, outcome.reply
            )
        return outcome

    @activity.defn
    async def mark_as_answered(self, message: Message) -> None:
        """Mark the request as told that a message which was sent is to mark, if any."""
        request = await self.store.messages.to_mark(message.site, message.message_id)
        if request:
            await self.mark(message.site, request)

    async def _in_turn(self, message: Message) -> MessageOutcome:
        try:
            async with self.smtp.turn(_PATIENCE_SECONDS) as send:
                return await self._send(message, send)
        except MailDeferredError as error:
            no_turn = str(error)
        raise try_again("MailWaits", no_turn)

    async def _send(self, message: Message, send: Send) -> MessageOutcome:
        sender = self.mail_from
        identity = letter_message_id(message.message_id, domain_of(sender))
        letter = await self.store.messages.begin(message.site, message.message_id, identity)
        if letter is None:
            return MessageOutcome()
        if not letter.ours:
            return _of_an_earlier_attempt(letter)
        envelope = written(
            _as_mail(letter),
            letter.mail_from or sender,
            letter.email,
            identity,
            unsubscribe_url=own_requests_url(
                self.public_url, letter.link_key, message.site, letter.contact_id
            ),
            reply_to=letter.owner_email or self.owner_email,
        )
        try:
            reply = await send(envelope, _PATIENCE_SECONDS)
        except MailError as error:
            trouble = error
        else:
            return MessageOutcome(state=MessageState.SENT, reply=masked(reply, letter.email))
        # Outside the handler, so that no failure in Temporal has the mail server's as its cause.
        return await self._not_accepted(message, letter, trouble)

    async def _not_accepted(
        self, message: Message, letter: OwnerLetter, error: MailError
    ) -> MessageOutcome:
        reply = masked(str(error), letter.email)
        match error:
            case MailRefusedError():
                return MessageOutcome(state=MessageState.REFUSED, reply=reply)
            case MailDeferredError():
                await self.store.messages.defer(message.site, message.message_id, reply)
                if letter.tried_for >= self.give_up_after:
                    return MessageOutcome(state=MessageState.REFUSED, reply=reply)
                raise try_again("MailDeferred", reply)
        return MessageOutcome(state=MessageState.UNKNOWN, reply=reply)


def _outcome_of_the_last_attempt() -> MessageOutcome | None:
    """How the mail went, where an attempt knew it and could not record it."""
    known = activity.info().heartbeat_details
    return MessageOutcome.model_validate(known[0]) if known else None


def _of_an_earlier_attempt(letter: OwnerLetter) -> MessageOutcome:
    if letter.state is MessageState.CLAIMED:
        return MessageOutcome(state=MessageState.UNKNOWN, reply=_MAY_HAVE_LEFT)
    return MessageOutcome(state=letter.state, reply=letter.reply)


def _as_mail(letter: OwnerLetter) -> Letter:
    lines = html.escape(letter.text).splitlines()
    return Letter(letter.subject, letter.text, f"<p>{'<br>'.join(lines)}</p>")
