"""Asks a shopper to confirm that an address is theirs."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio import activity

from activities.alive import alive
from activities.mail import domain_of, written
from activities.retry import try_again
from activities.smtp import MailError, MailRefusedError, SmtpPool
from domain.contracts import Confirming
from domain.ids import confirmation_message_id
from domain.privacy import masked
from domain.shopper_links import confirmation_url, own_requests_url
from domain.status import Step
from mails.letters import Templates
from mails.values import mail_values
from store.confirmations import Asking
from store.store import Store

_KIND = "confirmation"
_PATIENCE_SECONDS = 60.0
_LONGEST_NAME = 80
_LINK = re.compile(r"\S*(://|\.[^\W\d_]{2,})\S*")


@dataclass(frozen=True)
class AskConfirmation:
    """Needs the store, the mail server, the templates, and the addresses that mails name."""

    store: Store
    smtp: SmtpPool
    templates: Templates
    mail_from: str
    public_url: str

    @activity.defn
    async def ask_confirmation(self, confirming: Confirming) -> None:
        """Send the mail with the link, where one is to go out now.

        Raises `ApplicationError` where a retry can help. No failure holds an address.
        """
        site, request_id = confirming.site, confirming.request_id
        asking = await self.store.confirmations.ask(site, request_id, confirming.number)
        if asking is None:
            return
        if refused := await self._sent(confirming, asking):
            await self.store.requests.add_step(site, request_id, Step.CONFIRMATION_REFUSED, refused)

    async def _sent(self, confirming: Confirming, asking: Asking) -> str:
        """What the mail server said where it refused the mail for good."""
        sender = asking.mail_from or self.mail_from
        own_requests = own_requests_url(
            self.public_url, asking.link_key, confirming.site, asking.contact_id
        )
        letter = self.templates.render(
            _KIND, self._values(confirming, asking, own_requests), asking.locale
        )
        identity = confirmation_message_id(
            confirming.request_id, confirming.number, domain_of(sender)
        )
        envelope = written(letter, sender, asking.email, identity, unsubscribe_url=own_requests)
        try:
            async with alive():
                await self.smtp.send(envelope, _PATIENCE_SECONDS)
        except MailRefusedError as error:
            return masked(str(error), asking.email)
        except MailError as error:
            trouble = masked(str(error), asking.email)
        else:
            return ""
        # Outside the handler, so that no failure in Temporal has the mail server's as its cause.
        raise try_again("ConfirmationNotAsked", trouble)

    def _values(self, confirming: Confirming, asking: Asking, own_requests: str) -> dict[str, Any]:
        url = confirmation_url(
            self.public_url,
            asking.link_key,
            confirming.site,
            confirming.request_id,
            datetime.now(UTC),
        )
        item = asking.known_item
        item = item.model_copy(update={"name": _harmless(item.name or asking.catalog_item_id)})
        values = mail_values(item, asking, {}, asking.locale, own_requests)
        return values | {"confirm": {"url": url}}


def _harmless(name: str) -> str:
    """An item's name without links: whoever has the storefront's key could write to strangers."""
    return _LINK.sub("", name).strip()[:_LONGEST_NAME] or "…"
