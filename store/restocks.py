"""Restocks: looking at a queue page by page, claiming from it, and counting how it came out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.announcing import Candidate
from domain.contracts import Page, QueuePosition, RestockOutcome, Source
from store.database import Pool, load_queries
from store.records import ClaimedRequest, DonePage

_sql = load_queries("restocks")
_START = QueuePosition(created_date=datetime(1, 1, 1, tzinfo=UTC), request_id=UUID(int=0))


@dataclass(frozen=True)
class Restocks:
    """What a restock does to the queue of requests."""

    pool: Pool

    async def candidates(self, page: Page, limit: int) -> list[Candidate]:
        """The next requests a restock may tell, in the order of the queue."""
        told, audience = page.announcement, page.audience
        after = told.after or _START
        place = {
            "site": page.site,
            "restock_id": told.restock_id,
            "after_date": after.created_date,
            "after_id": after.request_id,
            "limit": limit,
        }
        if page.request_ids:
            rows = _sql.candidates_of_ids(self.pool, ids=list(page.request_ids), **place)
        else:
            rows = _sql.candidates_of_item(
                self.pool, item_key=page.item_key, **audience.model_dump(), **place
            )
        return [Candidate.model_validate(dict(row)) async for row in rows]

    async def done(self, page: Page) -> DonePage | None:
        """What this page did, where it was taken already."""
        told = page.announcement
        row = await _sql.done_page(self.pool, restock_id=told.restock_id, page=told.page)
        return None if row is None else DonePage.of(row)

    async def claimed_by(self, page: Page) -> list[ClaimedRequest]:
        """What a page claimed and what is not settled yet."""
        told = page.announcement
        rows = _sql.claimed_by(self.pool, restock_id=told.restock_id, page=told.page)
        return [ClaimedRequest.of(row) async for row in rows]

    async def take(
        self, page: Page, looked_at: Sequence[Candidate], waits: dict[UUID, str], more: bool
    ) -> list[ClaimedRequest]:
        """Claim the requests that were looked at, but for those that wait on for a reason.

        `looked_at` has at least one. In one statement with the timelines and the log. Returns
        what was claimed, in the order of the queue; a request that was told, marked or deleted
        meanwhile is not among it.
        """
        ids = [candidate.id for candidate in looked_at if candidate.id not in waits]
        last = looked_at[-1].position
        rows = _sql.take_page(
            self.pool,
            **_restock_columns(page, looked_at[0]),
            page=page.announcement.page,
            ids=ids,
            stopped_ids=list(waits),
            reasons=[f"not announced: {reason}" for reason in waits.values()],
            stopped=Counter(waits.values()),
            last_date=last.created_date,
            last_id=last.request_id,
            more=more,
        )
        claimed = {row["id"]: ClaimedRequest.of(row) async for row in rows}
        return [claimed[request_id] for request_id in ids if request_id in claimed]

    async def outcomes(self, site: str, restock_ids: Sequence[UUID]) -> RestockOutcome:
        """How the requests that these restocks claimed stand now."""
        row = await _sql.count_outcomes(self.pool, site=site, restock_ids=list(restock_ids))
        return RestockOutcome.model_validate(dict(row))


def _restock_columns(page: Page, first: Candidate) -> dict[str, Any]:
    stock, audience = page.announcement.stock, page.audience
    return {
        "site": page.site,
        "restock_id": page.announcement.restock_id,
        "item_key": page.item_key,
        "sku": (stock.sku if stock else "") or first.catalog_item_id,
        "locale": audience.locale or audience.feed,
        "external_id": audience.external_id,
        "source": stock.source if stock else Source.REPORT,
        "quantity": stock.quantity if stock else None,
    }
