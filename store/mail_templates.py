"""The mails that owners write, version by version, and what they are writing."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.mail_templates import MailKind, MailParts
from store.database import Pool, load_queries
from store.records import MailDraft, MailExample, SavedMail, SavedVersion

_sql = load_queries("mail_templates")
_VERSIONS_KEPT = 200


@dataclass(frozen=True)
class MailTemplates:
    """Of each kind of mail and locale: versions from 1, and a draft for each who writes.

    Locales are keys as `domain/locales.py` makes them, or `DEFAULT`.
    """

    pool: Pool

    async def save(
        self,
        site: str,
        kind: MailKind,
        locale: str,
        parts: MailParts | None,
        based_on: int,
        saved_by: str,
        note: str = "",
    ) -> SavedMail | None:
        """Make the next version, which holds from now on; without parts, Restock's own mail does.

        `based_on`: the version it began from, 0 where there was none. None, and nothing saved,
        where somebody has saved another since. The draft of who saved it is gone.
        """
        row = await _sql.save_version(
            self.pool,
            site=site,
            kind=kind,
            locale=locale,
            based_on=based_on,
            is_current=parts is not None,
            note=note,
            saved_by=saved_by,
            kept=_VERSIONS_KEPT,
            **(parts or MailParts(subject="", text="", html="")).model_dump(),
        )
        return None if row is None else SavedMail.of(row)

    async def by_id(self, site: str, version_id: int) -> SavedMail | None:
        row = await _sql.version_by_id(self.pool, site=site, id=version_id)
        return None if row is None else SavedMail.of(row)

    async def get(self, site: str, kind: MailKind, locale: str, version: int) -> SavedMail | None:
        row = await _sql.get_version(
            self.pool, site=site, kind=kind, locale=locale, version=version
        )
        return None if row is None else SavedMail.of(row)

    async def last(self, site: str, kind: MailKind, locale: str) -> SavedMail | None:
        """The last version, which need not be current; none where nothing was ever saved."""
        row = await _sql.last_version(self.pool, site=site, kind=kind, locale=locale)
        return None if row is None else SavedMail.of(row)

    async def versions(self, site: str, kind: MailKind, locale: str) -> list[SavedVersion]:
        """The newest first."""
        rows = _sql.versions(self.pool, site=site, kind=kind, locale=locale)
        return [SavedVersion.of(row) async for row in rows]

    async def last_of_all(self, site: str, kind: MailKind) -> dict[str, SavedVersion]:
        """The last version of each locale that ever had one."""
        rows = _sql.last_versions(self.pool, site=site, kind=kind)
        return {row["locale"]: SavedVersion.of(row) async for row in rows}

    async def keep_draft(
        self,
        site: str,
        kind: MailKind,
        locale: str,
        author: str,
        parts: MailParts,
        based_on: int,
        request_id: UUID | None,
    ) -> UUID:
        """Keep what somebody is writing, and with whose data it is shown; returns the draft's id.

        A request that is gone is none.
        """
        draft_id: UUID = await _sql.put_draft(
            self.pool,
            id=uuid4(),
            site=site,
            kind=kind,
            locale=locale,
            author=author,
            based_on=based_on,
            request_id=request_id,
            **parts.model_dump(),
        )
        return draft_id

    async def draft_of(
        self, site: str, kind: MailKind, locale: str, author: str
    ) -> MailDraft | None:
        row = await _sql.draft_of(self.pool, site=site, kind=kind, locale=locale, author=author)
        return None if row is None else MailDraft.of(row)

    async def draft(self, site: str, draft_id: UUID) -> MailDraft | None:
        row = await _sql.draft_by_id(self.pool, site=site, id=draft_id)
        return None if row is None else MailDraft.of(row)

    async def drafted(self, site: str, kind: MailKind, author: str) -> set[str]:
        """The locales for which somebody has a draft."""
        rows = _sql.drafts_of(self.pool, site=site, kind=kind, author=author)
        return {row["locale"] async for row in rows}

    async def address_draft(self, site: str, draft_id: UUID, test_to: str | None) -> None:
        """Where a draft goes as a test; none once it has gone there."""
        await _sql.address_draft(self.pool, site=site, id=draft_id, test_to=test_to)

    async def drop_draft(self, site: str, kind: MailKind, locale: str, author: str) -> None:
        await _sql.drop_draft(self.pool, site=site, kind=kind, locale=locale, author=author)

    async def examples(self, site: str, limit: int) -> list[MailExample]:
        """Requests that wait, with whose data a mail can be shown: one for each of some items."""
        rows = _sql.newest_waiting(self.pool, site=site, limit=limit)
        return [MailExample.of(row) async for row in rows]

    async def fell_back(
        self, site: str, request_id: UUID, version_id: int, reason: str, line: str
    ) -> None:
        """Tell the owner that a shopper gets Restock's own mail, and why: once for each version.

        `reason`: for the request's timeline; `line`: for the inbox.
        """
        await _sql.fell_back(
            self.pool,
            site=site,
            request_id=request_id,
            version_id=version_id,
            reason=reason,
            line=line,
        )
