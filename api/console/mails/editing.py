"""A mail while it is being written: where it begins, what it looks like, and what is wrong."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from api.console.mails.places import Desk
from domain.locales import fallback_chain
from domain.mail_templates import MailParts
from domain.text import storable
from mails.built_in import built_in
from mails.checks import Checked, checked
from mails.variables import made_up
from store.records import MailContent, MailDraft, MailExample, SavedMail

MADE_UP = "made-up"
# Few: what is large or means ill takes seconds, and the rest of the API goes on beside it.
_LOOKING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mails")
_MOST_EXAMPLES = 20
# So long that what is too large is said beside its field, with what was typed still in it.
_LONGEST = 200_000


def _with_plain_lines(text: str) -> str:
    return storable(text).replace("\r\n", "\n").replace("\r", "\n")


Source = Annotated[str, Field(max_length=_LONGEST), AfterValidator(_with_plain_lines)]


class MailForm(BaseModel):
    """What is being written. `about`: the request whose data it is shown with, or `made-up`.

    `based_on`: the version it began from. `over`: a newer one that it is to replace all the same.
    """

    subject: Source = ""
    text: Source = ""
    html: Source = ""
    based_on: int = Field(ge=0, le=2**31 - 2)
    over: int | None = Field(default=None, ge=0, le=2**31 - 2)
    about: UUID | Literal["made-up", ""] = ""
    test_to: str = Field(default="", max_length=400)

    @property
    def parts(self) -> MailParts:
        return MailParts(subject=self.subject, text=self.text, html=self.html)

    @property
    def request_id(self) -> UUID | None:
        return self.about if isinstance(self.about, UUID) else None


@dataclass(frozen=True)
class Beginning:
    """What an editor opens with: the author's draft, what is saved, or Restock's own mail."""

    saved: SavedMail | None
    draft: MailDraft | None
    without_draft: MailParts

    @property
    def version(self) -> int:
        """The last one; 0 where nothing was ever saved."""
        return self.saved.version if self.saved else 0

    @property
    def parts(self) -> MailParts:
        return self.draft.parts if self.draft else self.without_draft

    @property
    def based_on(self) -> int:
        return self.draft.based_on if self.draft else self.version


async def beginning(desk: Desk) -> Beginning:
    saved = await desk.mails.last(*desk.named)
    draft = await desk.mails.draft_of(*desk.named, desk.visitor.who)
    if saved and saved.is_current:
        return Beginning(saved, draft, saved.parts)
    return Beginning(saved, draft, built_in(desk.templates, desk.place.kind, desk.place.locale))


async def examples(desk: Desk) -> list[MailExample]:
    """Requests to show a mail with, those of its language first."""
    found = await desk.mails.examples(desk.visitor.site, _MOST_EXAMPLES)
    locale = desk.place.locale
    return sorted(found, key=lambda each: locale not in ("", *fallback_chain(each.locale)))


async def content_of(desk: Desk, request_id: UUID | None) -> MailContent:
    """What a mail says to one who waits, or, without one, to somebody who is made up."""
    store, visitor = desk.services.store, desk.visitor
    content = await store.queue.mail_content(visitor.site, request_id) if request_id else None
    public_url = desk.services.settings.public_url
    return content or made_up(visitor.site_name, desk.place.locale or None, public_url)


async def looked_at(desk: Desk, parts: MailParts, content: MailContent) -> Checked:
    """How a mail comes out; it may take its time, in which other calls are answered."""
    place = desk.place
    look = partial(checked, desk.templates, place.kind, place.locale, parts, [content])
    return await asyncio.get_running_loop().run_in_executor(_LOOKING, look)


async def keep(desk: Desk, form: MailForm) -> UUID:
    """Keep what is being written as the visitor's draft; returns its id."""
    return await desk.mails.keep_draft(
        *desk.named, desk.visitor.who, form.parts, form.based_on, form.request_id
    )


async def keep_what_is_new(desk: Desk, form: MailForm) -> bool:
    """Keep a draft where it says something else than what is saved. Returns whether it does."""
    known = await beginning(desk)
    if form.parts == known.without_draft:
        await desk.mails.drop_draft(*desk.named, desk.visitor.who)
        return False
    await keep(desk, form)
    return True
