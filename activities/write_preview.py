"""Writes the mail that a shopper would get, for a dry run; nothing is sent or claimed."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from temporalio import activity

from domain.preview import MailPreviewInput, PreviewedMail
from domain.privacy import masked
from mails.formats import language_tag
from mails.letters import MailTemplateError, Templates
from mails.values import mail_values
from store.records import MailContent
from store.store import Store


@dataclass(frozen=True)
class WritePreview:
    """Needs the store and the templates."""

    store: Store
    templates: Templates

    @activity.defn
    async def write_preview(self, asked: MailPreviewInput) -> PreviewedMail:
        """The mail of one request as it would be written now, or why there is none.

        It goes through Temporal, so it holds no address: who would get it is not read, and the
        item's address as the shopper's browser gave it is masked.
        """
        content = await self.store.queue.mail_content(asked.site, asked.request_id)
        if content is None:
            return PreviewedMail(trouble="The request is gone.")
        if content.item_url and "@" in content.item_url:
            content = content.model_copy(update={"item_url": _masked_url(content.item_url)})
        try:
            return self._written(content)
        except MailTemplateError as error:
            return PreviewedMail(trouble=masked(str(error)))

    def _written(self, content: MailContent) -> PreviewedMail:
        values = mail_values(content.known_item, content, {}, content.locale)
        letter = self.templates.render("back_in_stock", values, content.locale)
        return PreviewedMail(
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            locale=language_tag(content.locale),
        )


def _masked_url(url: str) -> str:
    """An address of the web in which an address of a shopper stands, without that."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/<address>"
