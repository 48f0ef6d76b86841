"""Sends the mail of one request: the activity that everything else is for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from activities.mail import MailTemplateError, Templates, domain_of, written
from activities.mail_values import mail_values
from activities.record_outcome import recorded
from activities.retry import try_again
from activities.smtp import (
    Envelope,
    MailDeferredError,
    MailError,
    MailRefusedError,
    SmtpPool,
)
from domain.catalog import Item
from domain.contracts import Delivery, Outcome, Settling, Telling
from domain.ids import message_id
from domain.policy import UnknownDelivery
from domain.privacy import masked
from store.database import UNREACHABLE
from store.records import Mailing
from store.store import Store

# A local activity holds its workflow task open, so it leaves trouble to the regular activity.
_PATIENCE_SECONDS = 8.0
_PATIENCE_SECONDS_OF_A_RETRY = 60.0
_HEARTBEAT_SECONDS = 3.0
# A mail that may have arrived this many times is not sent once more, whatever the policy.
_MOST_COPIES = 5


@dataclass(frozen=True)
class SendEmail:
    """Needs the store, the mail server, the templates, and two settings."""

    store: Store
    smtp: SmtpPool
    templates: Templates
    mail_from: str
    give_up_after: timedelta

    @activity.defn
    async def send_email(self, telling: Telling) -> Delivery:
        """Send one shopper's mail and say how it went.

        1. Claim the delivery in the ledger and load what the mail needs, in one statement.
        2. Not ours (deleted, told, or another restock's): nothing to send.
        3. An earlier attempt may have sent it: the policy says resend (five copies at most) or
           hold.
        4. Automation off, or no name or price known: hold the request back, with the reason.
        5. Write the mail and give it to the mail server.
        6. Surely not sent: note it and let Temporal retry, until it is time to give up. Perhaps
           sent: leave the claim and let Temporal retry (step 3).
        7. Record the outcome at once: until then a crash could send the mail again. Where
           Postgres is away just now, the outcome is returned and `record_outcome` writes it.

        Raises `ApplicationError` where a retry can help. No reply or failure holds an address.
        """
        delivery = await self._tell(telling)
        try:
            return await recorded(self.store, Settling(telling=telling, delivery=delivery))
        except UNREACHABLE:
            return delivery

    async def _tell(self, telling: Telling) -> Delivery:
        sender = self.mail_from
        identity = message_id(telling.request_id, telling.restock_id, domain_of(sender))
        mailing = await self.store.deliveries.begin(
            telling.site, telling.request_id, telling.restock_id, identity
        )
        if mailing is None or not mailing.ours:
            return Delivery(outcome=Outcome.NOT_OURS)
        if _must_hold(mailing):
            return Delivery(outcome=Outcome.UNKNOWN, reply="an earlier attempt may have sent it")
        item = telling.item.or_else(mailing.known_item)
        if reason := _reason_to_wait(mailing, item):
            return Delivery(outcome=Outcome.HELD_BACK, reply=reason)
        try:
            values = mail_values(item, mailing, telling.parameters, mailing.locale)
            letter = self.templates.render("back_in_stock", values, mailing.locale)
        except MailTemplateError as error:
            return Delivery(outcome=Outcome.TEMPLATE_ERROR, reply=masked(str(error)))
        envelope = written(letter, mailing.mail_from or sender, mailing.email, identity)
        return await self._deliver(telling, mailing, envelope)

    async def _deliver(self, telling: Telling, mailing: Mailing, envelope: Envelope) -> Delivery:
        try:
            async with _alive():
                reply = await self.smtp.send(envelope, _patience())
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
                return await self._deferred(telling, mailing, reply, error.server_wide)
        # Each time later, because each may be one more copy of the mail.
        later = timedelta(minutes=mailing.unknown_attempts**2)
        raise try_again("MailUnknown", reply, later)

    async def _deferred(
        self, telling: Telling, mailing: Mailing, reply: str, server_wide: bool
    ) -> Delivery:
        deliveries = self.store.deliveries
        await deliveries.defer(telling.site, telling.request_id, telling.restock_id, reply)
        if server_wide:
            await deliveries.mail_trouble(telling.site, reply)
        if mailing.tried_for >= self.give_up_after:
            return Delivery(outcome=Outcome.GAVE_UP, reply=reply)
        raise try_again("MailDeferred", reply)


def _must_hold(mailing: Mailing) -> bool:
    """Whether to leave it to the owner: by policy, or when a server keeps losing its answers."""
    by_policy = mailing.policy.unknown_delivery is UnknownDelivery.HOLD
    return mailing.outcome_unknown and (by_policy or mailing.unknown_attempts >= _MOST_COPIES)


def _reason_to_wait(mailing: Mailing, item: Item) -> str:
    if not mailing.policy.automation:
        return "automation is switched off"
    missing = [field for field in ("name", "price") if not getattr(item, field)]
    return f"the item's {' and '.join(missing)} is not known" if missing else ""


def _patience() -> float:
    return _PATIENCE_SECONDS if activity.info().is_local else _PATIENCE_SECONDS_OF_A_RETRY


@asynccontextmanager
async def _alive() -> AsyncIterator[None]:
    """Heartbeat while the mail server thinks, so that a killed worker is noticed in seconds."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    if activity.info().is_local:
        yield
        return
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
