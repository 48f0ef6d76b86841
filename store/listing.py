"""Pages of requests, as the query language asks for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.query import Page, Query, following, page_of, translate
from domain.status import Status
from store.database import Pool, Row

# Who has not confirmed an address has, as far as anybody knows, asked for nothing.
_THOSE = "r.site = $1 AND r.status <> 'UNCONFIRMED'"


@dataclass(frozen=True)
class Listing:
    """Runs what `domain.query` translated."""

    pool: Pool

    async def page(self, site: str, query: Query) -> Page[Row]:
        """One page of a site's requests."""
        sql = translate(query, first_parameter=2)
        # The clauses hold placeholders only: nothing that a caller wrote is in this text.
        statement = (
            f"SELECT * FROM requests r WHERE {_THOSE} AND ({sql.where}) "
            f"ORDER BY {sql.order_by} LIMIT {sql.limit} OFFSET {sql.offset or 0}"
        )
        return page_of(query, await self.pool.fetch(statement, site, *sql.parameters))

    async def pages(self, site: str, query: Query) -> AsyncIterator[list[Row]]:
        """The pages from this one to the last, of as many rows as the query's limit."""
        rest: Query | None = query
        while rest:
            page = await self.page(site, rest)
            yield page.rows
            rest = following(rest, page)

    async def total(self, site: str, query: Query) -> int:
        """How many of a site's requests match, over all pages of offset paging."""
        sql = translate(query, first_parameter=2)
        statement = f"SELECT count(*) FROM requests r WHERE {_THOSE} AND ({sql.where})"
        total: int = await self.pool.fetchval(statement, site, *sql.parameters)
        return total

    async def counts(self, site: str, query: Query, most: int) -> dict[Status, int]:
        """How many requests match by their status, each counted no further than `most`."""
        sql = translate(query, first_parameter=2)
        one = (
            "(SELECT count(*) FROM (SELECT FROM requests r WHERE r.site = $1 "
            "AND r.status COLLATE \"C\" = '{status}' AND ({where}) LIMIT {most}) counted)"
        )
        columns = (
            one.format(status=status, where=sql.where, most=int(most)) + f' AS "{status}"'
            for status in Status
        )
        row = await self.pool.fetchrow(f"SELECT {', '.join(columns)}", site, *sql.parameters)
        return {status: row[status] if row else 0 for status in Status}
