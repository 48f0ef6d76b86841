"""Restocks that their owner paused or stopped."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.contracts import QueuePosition
from domain.holding import Holding
from store.database import Pool, Row, load_queries
from store.restocks import BEFORE_ALL

_sql = load_queries("holds")


@dataclass(frozen=True)
class Holds:
    """What keeps a restock from beginning again by what is known already."""

    pool: Pool

    async def hold(self, holding: Holding) -> None:
        """Nothing but news begins this restock again. Requests named by id have none that could."""
        if holding.item_key:
            await _sql.hold(self.pool, **_restock(holding))

    async def release(self, holding: Holding) -> None:
        """The restock goes on."""
        await _sql.release(self.pool, **_restock(holding))

    async def left(self, holding: Holding, size: int) -> AsyncIterator[list[UUID]]:
        """Who still waits for what the restock announces: page by page, the oldest first."""
        after = BEFORE_ALL
        while rows := [row async for row in _left(self.pool, holding, after, size)]:
            yield [row["id"] for row in rows]
            last = rows[-1]
            after = QueuePosition(created_date=last["created_date"], request_id=last["id"])

    async def wait_on(self, site: str, ids: Sequence[UUID], reason: str) -> None:
        """Say in the timelines of requests why they wait on; what was said last is not repeated."""
        await _sql.wait_on(self.pool, site=site, ids=list(ids), reason=reason)

    async def log_stop(self, site: str, restock_id: UUID, reason: str, count: int) -> None:
        """Add to the log how many a restock did not come to; once."""
        await _sql.log_stop(self.pool, site=site, restock_id=restock_id, reason=reason, count=count)


def _restock(holding: Holding) -> dict[str, Any]:
    """As the log of restocks names it."""
    audience = holding.audience
    return {
        "site": holding.site,
        "item_key": holding.item_key,
        "locale": audience.locale or audience.feed,
        "external_id": audience.external_id,
    }


def _left(pool: Pool, holding: Holding, after: QueuePosition, size: int) -> AsyncIterator[Row]:
    place = {
        "site": holding.site,
        "after_date": after.created_date,
        "after_id": after.request_id,
        "limit": size,
    }
    if holding.request_ids:
        rows = _sql.left_of_ids(pool, ids=list(holding.request_ids), **place)
    else:
        audience = holding.audience.model_dump()
        rows = _sql.left_of_item(pool, item_key=holding.item_key, **audience, **place)
    found: AsyncIterator[Row] = rows
    return found
