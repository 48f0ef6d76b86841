"""The owner's inbox as threads: one per shopper, and one about the shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.messages import MessageState
from store.database import Pool, load_queries
from store.records import Record

_sql = load_queries("threads")


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

    async def newest(self, site: str, before: int | None, limit: int) -> list[Thread]:
        """The threads whose last line is before line `before`, newest first."""
        rows = _sql.newest_threads(self.pool, site=site, before=before, limit=limit)
        return [Thread.of(row) async for row in rows]

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
