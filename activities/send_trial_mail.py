"""Sends the mail that an owner is writing to an address that they name."""

import asyncio
from dataclasses import dataclass, replace

from temporalio import activity

from activities.mail import domain_of, written
from activities.retry import try_again
from activities.smtp import Envelope, MailError, MailRefusedError, SmtpPool
from domain.ids import owner_message_id
from domain.mail_templates import TrialMailInput, TrialMailOutcome
from domain.privacy import masked
from mails.checks import problem, spoken_locale
from mails.letters import Letter, Templates
from mails.template_errors import MailTemplateError
from mails.values import mail_values
from mails.variables import made_up
from store.records import MailContent, MailDraft, OwnerNotice
from store.store import Store

MOST_ATTEMPTS = 3
"""How often a test is tried, while its owner waits."""

_PATIENCE_SECONDS = 6.0
_MARK = "[Test]"


@dataclass(frozen=True)
class SendTrialMail:
    """Needs the store, the mail server, the templates, and two settings.

    Where it goes and what it says is in the draft: neither is for Temporal.
    """

    store: Store
    smtp: SmtpPool
    templates: Templates
    mail_from: str
    public_url: str

    @activity.defn
    async def send_trial_mail(self, asked: TrialMailInput) -> TrialMailOutcome:
        """Send a draft where it says, and tell what the mail server answered.

        Raises `ApplicationError` where a retry can help and is still to come.
        """
        draft = await self.store.mail_templates.draft(asked.site, asked.draft_id)
        about = await self.store.inbox.site_notice(asked.site)
        if draft is None or about is None or draft.test_to is None:
            return TrialMailOutcome(accepted=False, reply="The draft is gone.")
        try:
            content = await self._content(asked.site, draft, about)
            letter = await asyncio.to_thread(self._letter, draft, content)
        except MailTemplateError as error:
            return TrialMailOutcome(accepted=False, reply=masked(str(problem(error))))
        return await self._sent(self._envelope(letter, about, draft.test_to))

    async def _content(self, site: str, draft: MailDraft, about: OwnerNotice) -> MailContent:
        queue, request_id = self.store.queue, draft.request_id
        content = await queue.mail_content(site, request_id) if request_id else None
        return content or made_up(about.site_name, draft.locale or None, self.public_url)

    def _letter(self, draft: MailDraft, content: MailContent) -> Letter:
        spoken = spoken_locale(draft.locale, content.locale)
        values = mail_values(content.known_item, content, {}, spoken)
        letter = self.templates.render_own(
            self.templates.own(draft.locale, draft.parts), values, spoken
        )
        return replace(letter, subject=f"{_MARK} {letter.subject}")

    def _envelope(self, letter: Letter, about: OwnerNotice, recipient: str) -> Envelope:
        sender = about.mail_from or self.mail_from
        identity = owner_message_id(
            activity.info().workflow_run_id or "", "test", domain_of(sender)
        )
        return written(letter, sender, recipient, identity)

    async def _sent(self, envelope: Envelope) -> TrialMailOutcome:
        try:
            reply = await self.smtp.send(envelope, _PATIENCE_SECONDS)
        except MailError as error:
            reply = masked(str(error), envelope.recipient)
            is_final = isinstance(error, MailRefusedError)
        else:
            return TrialMailOutcome(accepted=True, reply=masked(reply, envelope.recipient))
        if is_final or activity.info().attempt >= MOST_ATTEMPTS:
            return TrialMailOutcome(accepted=False, reply=reply)
        raise try_again("TrialMailDeferred", reply)
