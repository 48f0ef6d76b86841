"""The owner's inbox as threads: one per shopper, and one about the shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.messages import MessageState
from store.database import Pool, load_queries
from store.records import Record

_sql = load_queries("threads")
_MOST_LOOKED_AT = 20_000


class Thread(Record):
    """A shopper's thread, by its last line. `unread`: the owner has not seen that yet."""

    id: int
    at: datetime
    author: str
    text: str
    contact_id: UUID
    email: str
    unread: bool


class ThreadLine(Record):
    """One line of a thread; where it is a message of the owner's, with how that went."""

    id: int
    at: datetime
    author: str
    text: str
    request_id: UUID | None
    message_id: UUID | None
    subject: str | None
    message: str | None
    state: MessageState | None
    reply: str | None


@dataclass(frozen=True)
class Threads:
    """The threads of all sites; every method takes the site."""

    pool: Pool

    async def newest(
        self, site: str, before: int | None, limit: int
    ) -> tuple[list[Thread], int | None]:
        """The threads whose last line is before line `before`, newest first.

        And before which line to go on, if there is more: a page looks at 20,000 lines at most, so
        it may hold few threads, or none, and yet not be the last.
        """
        place = {"site": site, "before": before, "window": _MOST_LOOKED_AT}
        rows = _sql.newest_threads(self.pool, **place, limit=limit + 1)
        found = [Thread.of(row) async for row in rows]
        if len(found) > limit:
            return found[:limit], found[limit - 1].id
        edge: int | None = await _sql.edge_of_window(self.pool, **place)
        return found, edge

    async def lines(
        self, site: str, contact_id: UUID, before: int | None, limit: int
    ) -> list[ThreadLine]:
        """The lines of a shopper's thread before line `before`, newest first."""
        rows = _sql.thread(self.pool, site=site, contact_id=contact_id, before=before, limit=limit)
        return [ThreadLine.of(row) async for row in rows]

    async def shop_lines(self, site: str, before: int | None, limit: int) -> list[ThreadLine]:
        """The lines about the shop before line `before`, newest first."""
        rows = _sql.shop_lines(self.pool, site=site, before=before, limit=limit)
        return [ThreadLine.of(row) async for row in rows]

    async def read(self, site: str, contact_id: UUID) -> None:
        """The owner has read a thread."""
        await _sql.read_thread(self.pool, site=site, contact_id=contact_id)
