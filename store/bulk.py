"""What the owner does to many requests at once: to which, and how far it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.bulk import Bulk, BulkAction, BulkProgress, NewBulk
from store.database import Pool, load_queries
from store.records import Record

_sql = load_queries("bulk")


class BulkRecord(Record):
    """A bulk action. `filter`: a filter of `domain.query`; `place`: the cursor of its next page."""

    id: UUID
    site: str
    action: BulkAction
    filter: dict[str, Any]
    with_unknown: bool
    place: str | None
    expected: int
    looked_at: int
    done: int
    created_date: datetime
    finished_date: datetime | None

    @property
    def progress(self) -> BulkProgress:
        finished = self.finished_date is not None
        return BulkProgress(looked_at=self.looked_at, done=self.done, finished=finished)


@dataclass(frozen=True)
class Bulks:
    """The bulk actions of all sites; every method takes the site."""

    pool: Pool

    async def add(self, site: str, wanted: NewBulk) -> Bulk:
        """Keep what is to be done; returns its name."""
        bulk = Bulk(site=site, bulk_id=uuid4())
        await _sql.add_bulk(self.pool, id=bulk.bulk_id, site=site, **wanted.model_dump())
        return bulk

    async def get(self, site: str, bulk_id: UUID) -> BulkRecord | None:
        row = await _sql.get_bulk(self.pool, site=site, id=bulk_id)
        return None if row is None else BulkRecord.of(row)

    async def advance(
        self, bulk: BulkRecord, next_place: str | None, looked_at: int, done: int
    ) -> None:
        """Note that a page was done, once, however often it is done."""
        await _sql.advance_bulk(
            self.pool,
            site=bulk.site,
            id=bulk.id,
            place=bulk.place,
            next_place=next_place,
            looked_at=looked_at,
            done=done,
        )

    async def started(self, bulk_id: UUID) -> None:
        await _sql.bulk_started(self.pool, id=bulk_id)

    async def not_started(self, older_than_seconds: float, limit: int) -> list[Bulk]:
        """Bulk actions of a while ago whose workflow is not known to run."""
        rows = _sql.bulk_not_started(self.pool, older_than_seconds=older_than_seconds, limit=limit)
        return [Bulk(site=row["site"], bulk_id=row["id"]) async for row in rows]
