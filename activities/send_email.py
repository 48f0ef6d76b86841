"""Sends the mail of one request: the activity that everything else is for."""

import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from temporalio import activity

from activities.alive import alive
from activities.congestion import retry_delay
from activities.mail import domain_of, written
from activities.record_outcome import recorded
from activities.retry import try_again
from activities.shopper_letters import ShopperLetters
from activities.smtp import (
    MailDeferredError,
    MailError,
    MailRefusedError,
    Send,
    SmtpPool,
)
from domain.catalog import Item
from domain.contracts import Delivery, Outcome, Settling, Telling
from domain.ids import message_id
from domain.policy import UnknownDelivery
from domain.privacy import masked
from domain.shopper_links import own_requests_url
from mails.template_errors import MailTemplateError
from store.database import UNREACHABLE
from store.records import Mailing
from store.store import Store

# A local activity holds its workflow task open, so it leaves trouble to the regular activity.
_PATIENCE_SECONDS = 8.0
_PATIENCE_SECONDS_OF_A_RETRY = 60.0
# A mail that may have arrived this many times is not sent once more, whatever the policy.
_MOST_COPIES = 5


@dataclass(frozen=True)
class _Told:
    """How a telling went, and the mail that was accepted, which Temporal must not see."""

    delivery: Delivery
    mail: bytes | None = None


async def _no_rate() -> bool:
    return False


@dataclass(frozen=True)
class SendEmail:
    """Needs the store, the mail server, the letters, and some settings.

    `rate_is_set`: whether mail goes out at a set rate now.
    """

    store: Store
    smtp: SmtpPool
    letters: ShopperLetters
    mail_from: str
    public_url: str
    give_up_after: timedelta
    rate_is_set: Callable[[], Awaitable[bool]] = _no_rate

    @activity.defn
    async def send_email(self, telling: Telling) -> Delivery:
        """Send one shopper's mail and say how it went.

        1. A local activity leaves it to the task queue `email` where a rate is set, which that
           queue keeps, and where the mail server has just pushed back, because mail that waits
           there holds up nothing else.
        2. Wait for a turn at the mail server.
        3. Claim the delivery in the ledger and load what the mail needs, in one statement.
        4. Not ours (deleted, told, or another restock's): nothing to send.
        5. An earlier attempt may have sent it: the policy says resend (five copies at most) or
           hold.
        6. Automation off, the item gone again, or no name or price known: hold the request back,
           with the reason.
        7. Write the mail, the owner's own or Restock's, and give it to the mail server.
        8. Surely not sent: note it and let Temporal retry, until it is time to give up. Perhaps
           sent: leave the claim and let Temporal retry (step 5).
        9. Record the outcome at once, with the mail as it went out: until then a crash could send
           the mail again. Where Postgres is away just now, the outcome is returned and
           `record_outcome` writes it, without the mail.

        Raises `ApplicationError` where a retry can help. No reply or failure holds an address.
        """
        if activity.info().is_local and (self.smtp.strained or await self.rate_is_set()):
            raise try_again("MailQueued", "mail goes through the task queue `email` now")
        async with _alive():
            told = await self._in_turn(telling)
        settling = Settling(telling=telling, delivery=told.delivery)
        try:
            return await recorded(self.store, settling, told.mail)
        except UNREACHABLE:
            return told.delivery

    async def _in_turn(self, telling: Telling) -> _Told:
        try:
            async with self.smtp.turn(_patience()) as send:
                return await self._tell(telling, send)
        except MailDeferredError as error:
            no_turn = str(error)
        raise try_again("MailWaits", no_turn, _later())

    async def _tell(self, telling: Telling, send: Send) -> _Told:
        sender = self.mail_from
        identity = message_id(telling.request_id, telling.restock_id, domain_of(sender))
        mailing = await self.store.deliveries.begin(
            telling.site, telling.request_id, telling.restock_id, identity
        )
        if mailing is None or not mailing.ours:
            return _Told(Delivery(outcome=Outcome.NOT_OURS))
        if _must_hold(mailing):
            return _Told(
                Delivery(outcome=Outcome.UNKNOWN, reply="an earlier attempt may have sent it")
            )
        item = telling.item.or_else(mailing.known_item)
        if reason := _reason_to_wait(mailing, item):
            return _Told(Delivery(outcome=Outcome.HELD_BACK, reply=reason))
        link = own_requests_url(self.public_url, mailing.link_key, telling.site, mailing.contact_id)
        try:
            found = await self.letters.write(telling.site, mailing, item, telling.parameters, link)
        except MailTemplateError as error:
            return _Told(Delivery(outcome=Outcome.TEMPLATE_ERROR, reply=masked(str(error))))
        if found.fell_back:
            await self.letters.tell_owner(telling.site, telling.request_id, found.fell_back)
        envelope = written(
            found.letter,
            mailing.mail_from or sender,
            mailing.email,
            identity,
            unsubscribe_url=link,
        )
        # Before it is sent, because what is kept is the mail as it went out.
        envelope = await self.smtp.sign(envelope)
        delivery = await self._deliver(telling, mailing, partial(send, envelope, _patience()))
        accepted = delivery.outcome is Outcome.ACCEPTED
        return _Told(delivery, envelope.content if accepted else None)

    async def _deliver(
        self, telling: Telling, mailing: Mailing, send: Callable[[], Awaitable[str]]
    ) -> Delivery:
        try:
            reply = await send()
        except MailError as error:
            trouble = error
        else:
            return Delivery(outcome=Outcome.ACCEPTED, reply=masked(reply, mailing.email))
        # Outside the handler, so that no failure in Temporal has the mail server's as its cause.
        return await self._not_accepted(telling, mailing, trouble)

    async def _not_accepted(self, telling: Telling, mailing: Mailing, error: MailError) -> Delivery:
        reply = masked(str(error), mailing.email)
        match error:
            case MailRefusedError():
                return Delivery(outcome=Outcome.REFUSED, reply=reply)
            case MailDeferredError():
                return await self._deferred(telling, mailing, reply, error)
        # Each time later, because each may be one more copy of the mail.
        later = timedelta(minutes=mailing.unknown_attempts**2)
        raise try_again("MailUnknown", reply, later)

    async def _deferred(
        self, telling: Telling, mailing: Mailing, reply: str, error: MailDeferredError
    ) -> Delivery:
        deliveries = self.store.deliveries
        await deliveries.defer(telling.site, telling.request_id, telling.restock_id, reply)
        # A server that pushes back and takes mail in between is slow, and not in trouble.
        if error.server_wide and (self.smtp.shut_out or not error.pushback):
            await deliveries.mail_trouble(telling.site, reply)
        if mailing.tried_for >= self.give_up_after:
            return Delivery(outcome=Outcome.GAVE_UP, reply=reply)
        raise try_again("MailDeferred", reply, _later() if error.pushback else timedelta(0))


def _must_hold(mailing: Mailing) -> bool:
    """Whether to leave it to the owner: by policy, or when a server keeps losing its answers."""
    by_policy = mailing.policy.unknown_delivery is UnknownDelivery.HOLD
    return mailing.outcome_unknown and (by_policy or mailing.unknown_attempts >= _MOST_COPIES)


def _reason_to_wait(mailing: Mailing, item: Item) -> str:
    if not mailing.policy.automation:
        return "automation is switched off"
    stock, minimum = mailing.stock, mailing.policy.minimum_stock
    if stock is not None and stock < minimum:
        return f"gone again: quantity {stock} is below the minimum of {minimum}"
    missing = [field for field in ("name", "price") if not getattr(item, field)]
    return f"the item's {' and '.join(missing)} is not known" if missing else ""


def _patience() -> float:
    return _PATIENCE_SECONDS if activity.info().is_local else _PATIENCE_SECONDS_OF_A_RETRY


def _later() -> timedelta:
    return retry_delay(activity.info().attempt, random.random())


def _alive() -> AbstractAsyncContextManager[None]:
    """Heartbeats, so that a killed worker is noticed soon; a local activity has none."""
    return nullcontext() if activity.info().is_local else alive()
