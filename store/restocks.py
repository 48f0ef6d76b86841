"""Restocks: looking at a queue page by page, claiming from it, and counting how it came out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.announcing import Candidate
from domain.contracts import Page, PageResult, QueuePosition, RestockOutcome, Source
from domain.policy import Order
from store.database import Pool, load_queries
from store.records import ClaimedRequest

_sql = load_queries("restocks")
_REASONS_NAMED = 20
BEFORE_ALL = QueuePosition(created_date=datetime(1, 1, 1, tzinfo=UTC), request_id=UUID(int=0))
"""Where a look at requests begins that are in the order of a date."""

_AFTER_ALL = QueuePosition(
    created_date=datetime(9999, 12, 31, tzinfo=UTC), request_id=UUID(int=2**128 - 1)
)


@dataclass(frozen=True)
class Restocks:
    """What a restock does to the queue of requests."""

    pool: Pool

    async def candidates(self, page: Page, order: Order, limit: int) -> list[Candidate]:
        """The next requests a restock may tell, in the order of the queue.

        Requests named by id come oldest first, whatever the order.
        """
        if page.request_ids:
            place = _place(page, Order.OLDEST, limit)
            rows = _sql.candidates_of_ids(self.pool, ids=list(page.request_ids), **place)
        else:
            newest = order is Order.NEWEST
            find = _sql.newest_candidates_of_item if newest else _sql.candidates_of_item
            rows = find(
                self.pool,
                item_key=page.item_key,
                **page.audience.model_dump(),
                **_place(page, order, limit),
            )
        return [Candidate.model_validate(dict(row)) async for row in rows]

    async def done(self, page: Page) -> PageResult | None:
        """What this page did, where it was taken already."""
        told = page.announcement
        row = await _sql.done_page(self.pool, restock_id=told.restock_id, page=told.page)
        if row is None:
            return None
        result = PageResult.model_validate(row["result"])
        return result.model_copy(update={"claimed": row["handed_over"]})

    async def claimed_by(self, page: Page) -> list[ClaimedRequest]:
        """What a page claimed and what is not settled yet."""
        told = page.announcement
        rows = _sql.claimed_by(self.pool, restock_id=told.restock_id, page=told.page)
        return [ClaimedRequest.of(row) async for row in rows]

    async def count_unsettled(self, page: Page) -> int:
        """How many of what a page claimed are not settled yet."""
        told = page.announcement
        count = await _sql.count_unsettled(self.pool, restock_id=told.restock_id, page=told.page)
        return int(count)

    async def take(
        self, page: Page, told: Sequence[Candidate], waits: dict[UUID, str], result: PageResult
    ) -> list[ClaimedRequest]:
        """Claim the requests that are told, and note of others for what reason they wait on.

        In one statement with the timelines and the log; `result` is kept for a retry. Returns
        what was claimed, in the order of the queue; a request that was told, marked or deleted
        meanwhile is not among it.
        """
        ids = [candidate.id for candidate in told]
        rows = _sql.take_page(
            self.pool,
            **_restock_columns(page),
            page=page.announcement.page,
            ids=ids,
            stopped_ids=list(waits),
            reasons=[f"not announced: {reason}" for reason in waits.values()],
            stopped=_counted(waits),
            result=result.model_dump(mode="json"),
        )
        claimed = {row["id"]: ClaimedRequest.of(row) async for row in rows}
        return [claimed[request_id] for request_id in ids if request_id in claimed]

    async def outcomes(self, site: str, restock_ids: Sequence[UUID]) -> RestockOutcome:
        """How the requests that these restocks claimed stand now."""
        row = await _sql.count_outcomes(self.pool, site=site, restock_ids=list(restock_ids))
        return RestockOutcome.model_validate(dict(row))


def _counted(waits: dict[UUID, str]) -> dict[str, int]:
    """How many wait on for which reason; the commonest are named."""
    counts = Counter(waits.values())
    named = dict(counts.most_common(_REASONS_NAMED))
    others = counts.total() - sum(named.values())
    return named | ({"other reasons": others} if others else {})


def _place(page: Page, order: Order, limit: int) -> dict[str, Any]:
    start = _AFTER_ALL if order is Order.NEWEST else BEFORE_ALL
    after = page.announcement.after or start
    return {
        "site": page.site,
        "restock_id": page.announcement.restock_id,
        "after_date": after.created_date,
        "after_id": after.request_id,
        "limit": limit,
    }


def _restock_columns(page: Page) -> dict[str, Any]:
    stock, audience = page.announcement.stock, page.audience
    return {
        "site": page.site,
        "restock_id": page.announcement.restock_id,
        "item_key": page.item_key,
        "sku": stock.sku if stock else "",
        "locale": audience.locale or audience.feed,
        "external_id": audience.external_id,
        "source": stock.source if stock else Source.REPORT,
        "quantity": stock.quantity if stock else None,
        "report": page.announcement.report.model_dump(mode="json"),
    }
