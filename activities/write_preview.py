"""Writes the mail that a shopper would get, for a dry run; nothing is sent or claimed."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from temporalio import activity

from activities.shopper_letters import ShopperLetters
from domain.preview import MailPreviewInput, PreviewedMail
from domain.privacy import masked
from mails.formats import language_tag
from mails.template_errors import MailTemplateError
from store.records import MailContent
from store.store import Store


@dataclass(frozen=True)
class WritePreview:
    """Needs the store and the letters."""

    store: Store
    letters: ShopperLetters

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
            return await self._written(asked.site, content)
        except MailTemplateError as error:
            return PreviewedMail(trouble=masked(str(error)))

    async def _written(self, site: str, content: MailContent) -> PreviewedMail:
        letter = (await self.letters.write(site, content, content.known_item, {})).letter
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
