"""Writes the mail to a shopper: as the owner wrote it, or as Restock does."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from domain.catalog import Item
from domain.mail_templates import MailKind
from domain.privacy import masked
from mails.checks import problem
from mails.letters import Letter, OwnMail, Templates
from mails.template_errors import MailTemplateError
from mails.values import LEADS_NOWHERE, mail_values
from store.database import UNREACHABLE
from store.records import MailContent, SavedMail
from store.store import Store

_KIND = MailKind.BACK_IN_STOCK
_MOST_KEPT = 256


@dataclass(frozen=True)
class FellBack:
    """An owner's mail that this shopper's data broke, and how."""

    version: SavedMail
    reason: str


@dataclass(frozen=True)
class WrittenLetter:
    """A letter; `fell_back`: why it is Restock's, where the owner wrote one."""

    letter: Letter
    fell_back: FellBack | None = None


class ShopperLetters:
    """The owner's mails, compiled once for each version, and Restock's.

    `campaign`: what their links tell the shop's statistics.
    """

    def __init__(self, store: Store, templates: Templates, campaign: str = "") -> None:
        self._store, self._templates, self._campaign = store, templates, campaign
        # A version never changes. One that does not compile is not tried again for every mail.
        self._known: OrderedDict[int, tuple[SavedMail, OwnMail | MailTemplateError]] = OrderedDict()
        self._reading = asyncio.Lock()

    async def write(
        self,
        site: str,
        content: MailContent,
        item: Item,
        parameters: Mapping[str, str],
        own_requests: str = LEADS_NOWHERE,
    ) -> WrittenLetter:
        """Write the mail to a shopper about `item`.

        `own_requests`: where the shopper sees and ends own requests.
        Where the owner's own cannot be written with these data, it is Restock's: a mail is worth
        more than its looks. Raises `MailTemplateError` where that cannot be written either.
        """
        values = mail_values(
            item, content, parameters, content.locale, own_requests, self._campaign
        )
        version_id = self._version(content)
        known = await self._own(site, version_id) if version_id is not None else None
        fell_back = None
        if known:
            version, own = known
            try:
                if isinstance(own, MailTemplateError):
                    raise own
                return WrittenLetter(self._templates.render_own(own, values, content.locale))
            except MailTemplateError as error:
                fell_back = FellBack(version, masked(str(problem(error))))
        return WrittenLetter(self._templates.render(_KIND, values, content.locale), fell_back)

    async def tell_owner(self, site: str, request_id: UUID, fell_back: FellBack) -> None:
        """Say in the timeline and, once for a version, in the inbox that Restock's mail is sent."""
        version = fell_back.version
        name = f"{version.locale or 'the default'}, version {version.version}"
        # Postgres may have gone away since the mail was begun: that must not hold it up.
        with suppress(*UNREACHABLE):
            await self._store.mail_templates.fell_back(
                site,
                request_id,
                version.id,
                f"your own mail ({name}) could not be written: {fell_back.reason}",
                f"Your own mail ({name}) could not be written for a shopper, who is sent Restock's "
                f"instead. {fell_back.reason}",
            )

    def _version(self, content: MailContent) -> int | None:
        own = content.own_mails
        locale = self._templates.own_locale(_KIND, content.locale, own)
        return None if locale is None else own[locale]

    async def _own(
        self, site: str, version_id: int
    ) -> tuple[SavedMail, OwnMail | MailTemplateError] | None:
        """A version, ready to be rendered. None where it is forgotten by now."""
        if version_id not in self._known:
            # Of many mails that begin at once, the first does it for all.
            async with self._reading:
                await self._read(site, version_id)
        if version_id in self._known:
            self._known.move_to_end(version_id)
        return self._known.get(version_id)

    async def _read(self, site: str, version_id: int) -> None:
        if version_id in self._known:
            return
        version = await self._store.mail_templates.by_id(site, version_id)
        if version is None:
            return
        # A large one takes a second, in which other mails go on.
        self._known[version_id] = version, await asyncio.to_thread(self._compiled, version)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def _compiled(self, version: SavedMail) -> OwnMail | MailTemplateError:
        try:
            return self._templates.own(version.locale, version.parts)
        except MailTemplateError as error:
            return error
