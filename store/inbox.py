"""The owner's inbox, and what notices to the owner say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from store.database import Pool, load_queries
from store.records import InboxLine, Outage, OwnerNotice, RequestOwnerNotice

_sql = load_queries("inbox")


@dataclass(frozen=True)
class Inbox:
    """One thread per shopper, and lines about the shop."""

    pool: Pool

    async def lines(self, site: str, before: int | None, limit: int) -> list[InboxLine]:
        """The newest lines, newest first, optionally only those before line `before`."""
        rows = _sql.inbox(self.pool, site=site, before=before, limit=limit)
        return [InboxLine.of(row) async for row in rows]

    async def add_shop_line(self, site: str, once_key: str, text: str) -> None:
        """Add a line about the shop, unless one with this key is there."""
        await _sql.add_shop_line(self.pool, site=site, once_key=once_key, text=text)

    async def request_notice(self, site: str, request_id: UUID) -> RequestOwnerNotice | None:
        """What a notice about one request needs. None where the request is gone."""
        row = await _sql.request_notice(self.pool, site=site, request_id=request_id)
        return None if row is None else RequestOwnerNotice.of(row)

    async def site_notice(self, site: str) -> OwnerNotice | None:
        """What a notice about the shop needs. None where the site is gone."""
        row = await _sql.site_notice(self.pool, site=site)
        return None if row is None else OwnerNotice.of(row)

    async def outage(self, site: str) -> Outage | None:
        """The last time in which mail did not go out, where its owner has not been told."""
        row = await _sql.outage(self.pool, site=site)
        return None if row is None else Outage.of(row)

    async def outage_told(self, site: str, until: datetime) -> None:
        """The owner has been told of the outage that ended then."""
        await _sql.outage_told(self.pool, site=site, until=until)
