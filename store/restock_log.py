"""The log of restocks: what was announced, to how many, and what stopped the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.contracts import RestockOutcome
from store.database import Pool, load_queries
from store.records import LoggedRestock

_sql = load_queries("restock_log")


@dataclass(frozen=True)
class RestockLog:
    """Reads what the pages of restocks left behind."""

    pool: Pool

    async def newest(
        self, site: str, sku: str | None, before: UUID | None, limit: int
    ) -> list[LoggedRestock]:
        """The newest restocks first, perhaps only of one sku, and before another restock."""
        rows = _sql.restock_log(self.pool, site=site, sku=sku, before=before, limit=limit)
        return [LoggedRestock.of(row) async for row in rows]

    async def outcomes(self, site: str, restock_ids: Sequence[UUID]) -> dict[UUID, RestockOutcome]:
        """How the requests of each restock stand now; one that told nobody is left out.

        A request counts for the restock that claimed it last.
        """
        rows = _sql.outcomes(self.pool, site=site, restock_ids=list(restock_ids))
        return {row["restock_id"]: RestockOutcome.model_validate(dict(row)) async for row in rows}

    async def titles(
        self, site: str, announced: Sequence[tuple[str, UUID | None]]
    ) -> dict[tuple[str, UUID | None], str]:
        """What items are called, each by its key and perhaps one of its restocks.

        As those know an item who were told of it, or wait for it; one that nobody knows is left
        out.
        """
        rows = _sql.titles(
            self.pool,
            site=site,
            item_keys=[item_key for item_key, _ in announced],
            restock_ids=[restock_id for _, restock_id in announced],
        )
        return {(row["item_key"], row["restock_id"]): row["title"] async for row in rows}
