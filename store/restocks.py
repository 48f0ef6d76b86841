"""Restocks: claiming waiting requests page by page, and counting how they came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.contracts import PAGE_SIZE, RestockOutcome
from store.database import Pool, load_queries
from store.records import ClaimedRequest

_sql = load_queries("restocks")


@dataclass(frozen=True)
class Restocks:
    """What a restock does to the queue of requests."""

    pool: Pool

    async def claim_page_of_item(
        self, site: str, item_key: str, restock_id: UUID, page: int
    ) -> list[ClaimedRequest]:
        """Claim the oldest waiting requests of an item: RECEIVED becomes PROCESSING.

        Asked again for the same page, it returns what that page claimed and is not settled.
        """
        rows = _sql.claim_page_of_item(
            self.pool,
            site=site,
            item_key=item_key,
            restock_id=restock_id,
            page=page,
            limit=PAGE_SIZE,
        )
        return [ClaimedRequest.of(row) async for row in rows]

    async def claim_page_of_ids(
        self, site: str, request_ids: Sequence[UUID], restock_id: UUID, page: int
    ) -> list[ClaimedRequest]:
        """The same for requests named by id; FAILED ones are taken up again."""
        rows = _sql.claim_page_of_ids(
            self.pool,
            site=site,
            ids=list(request_ids),
            restock_id=restock_id,
            page=page,
            limit=PAGE_SIZE,
        )
        return [ClaimedRequest.of(row) async for row in rows]

    async def more_of_item(self, site: str, item_key: str, restock_id: UUID) -> bool:
        """Whether a further page would claim anyone."""
        more = _sql.more_of_item(self.pool, site=site, item_key=item_key, restock_id=restock_id)
        return bool(await more)

    async def more_of_ids(self, site: str, request_ids: Sequence[UUID], restock_id: UUID) -> bool:
        """The same for requests named by id."""
        more = _sql.more_of_ids(self.pool, site=site, ids=list(request_ids), restock_id=restock_id)
        return bool(await more)

    async def hold_back_item(self, site: str, item_key: str, reason: str) -> None:
        """Write in the timeline of each waiting request of an item why it is not told."""
        await _sql.hold_back_item(self.pool, site=site, item_key=item_key, reason=reason)

    async def hold_back_ids(self, site: str, request_ids: Sequence[UUID], reason: str) -> None:
        await _sql.hold_back_ids(self.pool, site=site, ids=list(request_ids), reason=reason)

    async def outcomes(self, site: str, restock_ids: Sequence[UUID]) -> RestockOutcome:
        """How the requests that these restocks claimed stand now."""
        row = await _sql.count_outcomes(self.pool, site=site, restock_ids=list(restock_ids))
        return RestockOutcome.model_validate(dict(row))
