"""What somebody began and did not end, or nobody began: found by the reconciler."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.contracts import QueuePosition
from domain.reconciling import AwaitedItem
from store.database import Pool, load_queries
from store.records import BeingTold
from store.restocks import BEFORE_ALL

_sql = load_queries("overlooked")


@dataclass(frozen=True)
class Overlooked:
    """Over all sites; each look is a query over an index, of bounded length."""

    pool: Pool

    async def being_told(
        self, longer_than: timedelta, after: QueuePosition | None, limit: int
    ) -> list[BeingTold]:
        """Requests that were claimed that long ago and are not settled, after one of them."""
        after = after or BEFORE_ALL
        rows = _sql.being_told(
            self.pool,
            older_than_seconds=longer_than.total_seconds(),
            after_date=after.created_date,
            after_id=after.request_id,
            limit=limit,
        )
        return [BeingTold.of(row) async for row in rows]

    async def awaited_items(self, after: AwaitedItem | None, limit: int) -> list[AwaitedItem]:
        """The items that somebody waits for, in the order of site and key, after one of them."""
        after = after or AwaitedItem(site="", item_key="")
        rows = _sql.awaited_items(
            self.pool, after_site=after.site, after_item_key=after.item_key, limit=limit
        )
        return [AwaitedItem.model_validate(dict(row)) async for row in rows]

    async def note_arrivals(
        self, items: Sequence[AwaitedItem], fresh: timedelta, again: timedelta
    ) -> list[str]:
        """Note an arrival for each of the items that is in stock and was not looked at since.

        `fresh`: how old a stock level may be that is believed. `again`: after how long an item is
        looked at once more. Returns the site of each arrival.
        """
        rows = _sql.note_arrivals(
            self.pool,
            sites=[item.site for item in items],
            item_keys=[item.item_key for item in items],
            fresh_seconds=fresh.total_seconds(),
            again_seconds=again.total_seconds(),
        )
        return [row["site"] async for row in rows]

    async def expire(self, limit: int) -> int:
        """Delete what has waited for longer than its site's policy says; returns how many."""
        return len([row async for row in _sql.expire(self.pool, limit=limit)])

    async def outages_to_tell(self) -> list[str]:
        """Sites whose mail goes out again, and whose owner has not been told by mail."""
        return [row["site"] async for row in _sql.outages_to_tell(self.pool)]
