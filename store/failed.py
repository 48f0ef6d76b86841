"""Requests that FAILED, as far as they may be tried again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.contracts import PAGE_SIZE, QueuePosition
from store.database import Pool, load_queries
from store.restocks import BEFORE_ALL

_sql = load_queries("requests")


@dataclass(frozen=True)
class Failed:
    """Of one site, or of some ids of it. Nothing is changed here."""

    pool: Pool

    async def pages(
        self,
        site: str,
        since: datetime | None = None,
        ids: Sequence[UUID] | None = None,
        with_unknown: bool = False,
    ) -> AsyncIterator[list[UUID]]:
        """The ids of what FAILED since a moment, or among `ids`, up to 500 at a time.

        `with_unknown`: also those of which nobody knows whether their mail left.
        """
        after = BEFORE_ALL
        while page := [
            QueuePosition(created_date=row["created_date"], request_id=row["id"])
            async for row in _sql.failed(
                self.pool,
                site=site,
                since=since,
                ids=None if ids is None else list(ids),
                with_unknown=with_unknown,
                after_date=after.created_date,
                after_id=after.request_id,
                limit=PAGE_SIZE,
            )
        ]:
            yield [each.request_id for each in page]
            after = page[-1]
