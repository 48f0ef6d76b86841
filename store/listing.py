"""Pages of requests, as the query language asks for them."""

from dataclasses import dataclass

from domain.query import Page, Query, page_of, translate
from store.database import Pool, Row


@dataclass(frozen=True)
class Listing:
    """Runs what `domain.query` translated."""

    pool: Pool

    async def page(self, site: str, query: Query) -> Page[Row]:
        """One page of a site's requests."""
        sql = translate(query, first_parameter=2)
        # The clauses hold placeholders only: nothing that a caller wrote is in this text.
        statement = (
            f"SELECT * FROM requests r WHERE r.site = $1 AND ({sql.where}) "
            f"ORDER BY {sql.order_by} LIMIT {sql.limit} OFFSET {sql.offset or 0}"
        )
        return page_of(query, await self.pool.fetch(statement, site, *sql.parameters))

    async def total(self, site: str, query: Query) -> int:
        """How many of a site's requests match, over all pages of offset paging."""
        sql = translate(query, first_parameter=2)
        statement = f"SELECT count(*) FROM requests r WHERE r.site = $1 AND ({sql.where})"
        total: int = await self.pool.fetchval(statement, site, *sql.parameters)
        return total
