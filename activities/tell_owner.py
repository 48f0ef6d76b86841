"""Tells the owner by e-mail what happened, where the policy asks for it.

The inbox line of each event is written by the transaction that made it happen, so an owner's
mail server that is down loses nothing but time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.alive import alive
from activities.mail import domain_of, written
from activities.retry import try_again
from activities.smtp import MailError, MailRefusedError, SmtpPool
from domain.contracts import NoticeKind, RequestNotice, RestockNotice
from domain.feeds import FeedNotice
from domain.ids import owner_message_id
from domain.policy import OwnerNotices
from domain.privacy import masked
from domain.status import Step
from mails.formats import clock, price
from mails.letters import Templates
from store.records import Outage, OwnerNotice, RequestOwnerNotice
from store.store import Store

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class TellOwner:
    """Needs the store, the mail server, the templates, and two settings."""

    store: Store
    smtp: SmtpPool
    templates: Templates
    mail_from: str
    owner_email: str

    @activity.defn
    async def tell_owner_of_request(self, notice: RequestNotice) -> None:
        """Tell the owner about one request: received, told or failed.

        Raises `ApplicationError` where a retry can help.
        """
        about = await self.store.inbox.request_notice(notice.site, notice.request_id)
        if about is None or about.policy.owner_notices is OwnerNotices.OFF:
            return
        subject = f"{notice.request_id}/{activity.info().workflow_run_id}"
        values = _request_values(about)
        told = await self._mail(about, notice.kind, subject, values)
        step = Step.OWNER_TOLD if told == "" else Step.OWNER_NOT_TOLD
        await self.store.requests.add_step(
            notice.site, notice.request_id, step, told or f"{notice.kind} by e-mail"
        )

    @activity.defn
    async def tell_owner_of_restock(self, notice: RestockNotice) -> None:
        """Sum up a restock for the owner, in the inbox and by e-mail.

        Raises `ApplicationError` where a retry can help.
        """
        outcome, subject = notice.outcome, str(notice.restock_id)
        about = await self.store.inbox.site_notice(notice.site)
        if about is None:
            return
        await self.store.inbox.add_shop_line(notice.site, f"restock/{subject}", outcome.sentence)
        if about.policy.owner_notices is OwnerNotices.OFF:
            return
        values = {
            "site": {"name": about.site_name},
            "item": {"name": outcome.item_name},
            "reached": outcome.reached,
            **outcome.model_dump(),
        }
        await self._mail(about, NoticeKind.RESTOCK_SUMMARY, subject, values)

    @activity.defn
    async def tell_owner_of_feed(self, notice: FeedNotice) -> None:
        """Tell the owner that a product feed is in trouble, or read again.

        Raises `ApplicationError` where a retry can help.
        """
        about = await self.store.inbox.site_notice(notice.site)
        if about is None:
            return
        info = activity.info()
        subject = f"feed/{info.workflow_run_id}/{info.activity_id}"
        await self.store.inbox.add_shop_line(notice.site, subject, notice.sentence)
        await self.store.feeds.told(notice.site, notice.locale, notice.kind)
        if about.policy.owner_notices is OwnerNotices.OFF:
            return
        feed = {
            "locale": notice.locale,
            "trouble": notice.outcome.trouble,
            "says": notice.outcome.sentence,
        }
        values = {"site": {"name": about.site_name}, "feed": feed}
        await self._mail(about, notice.kind, subject, values)

    @activity.defn
    async def tell_owner_of_outage(self, site: str) -> None:
        """Tell the owner that mail did not go out for a while, and does again.

        Raises `ApplicationError` where a retry can help.
        """
        about = await self.store.inbox.site_notice(site)
        outage = await self.store.inbox.outage(site)
        if about is None or outage is None:
            return
        if about.policy.owner_notices is not OwnerNotices.OFF:
            subject = f"outage/{site}/{outage.since.isoformat()}"
            await self._mail(
                about, NoticeKind.MAIL_RECOVERED, subject, _outage_values(outage, about)
            )
        await self.store.inbox.outage_told(site, outage.until)

    async def _mail(
        self, about: OwnerNotice, kind: NoticeKind, subject: str, values: Mapping[str, Any]
    ) -> str:
        """Send a notice; returns what the server said where it refused it for good."""
        recipient = about.owner_email or self.owner_email
        sender = about.mail_from or self.mail_from
        identity = owner_message_id(subject, kind, domain_of(sender))
        letter = self.templates.render(kind, values)
        try:
            async with alive():
                await self.smtp.send(
                    written(letter, sender, recipient, identity), _PATIENCE_SECONDS
                )
        except MailRefusedError as error:
            return masked(str(error), recipient)
        except MailError as error:
            trouble = masked(str(error), recipient)
        else:
            return ""
        raise try_again("OwnerNotTold", trouble)


def _request_values(about: RequestOwnerNotice) -> dict[str, Any]:
    item = about.item
    return {
        "site": {"name": about.site_name},
        "item": {"name": item.name, "price": price(item.price, item.currency, None)},
        "shopper": {"email": about.email},
        "quantity": about.quantity,
        "reply": about.reply or "",
    }


def _outage_values(outage: Outage, about: OwnerNotice) -> dict[str, Any]:
    since, until = (clock(each, about.policy.time_zone) for each in (outage.since, outage.until))
    return {
        "site": {"name": about.site_name},
        "outage": {"since": since, "until": until, "reply": outage.reply},
    }
