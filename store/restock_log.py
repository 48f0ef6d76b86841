"""The log of restocks: what was announced, to how many, and what stopped the rest."""

from dataclasses import dataclass
from uuid import UUID

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
