"""Stock levels, and the arrivals that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.locales import locale_key
from domain.matching import Audience, StockLevel, Waiting, items_concerned
from store.database import Connection, Pool, Row, load_queries
from store.records import Arrival

_sql = load_queries("stock")


class _News(StockLevel):
    """A level that is news, with how many there were before."""

    before: int


@dataclass(frozen=True)
class StockUpdate:
    """What became of an update: how many levels came, were no news, and set off a restock."""

    received: int
    outdated: int
    arrivals: int


@dataclass(frozen=True)
class Stock:
    """How many there are of what, and what came in."""

    pool: Pool

    async def update(self, site: str, levels: Sequence[StockLevel]) -> StockUpdate:
        """Store stock levels and note an arrival for every item that is awaited and there.

        In one transaction, in a few statements, however many levels there are. A level that is
        not newer than the stored one is ignored. Where a level comes twice, the newest counts.
        """
        now = datetime.now(UTC)
        async with self.pool.acquire() as connection, connection.transaction():
            news = await _store(connection, site, _newest(levels, now), now)
            arrivals = await _note_arrivals(connection, site, [n for n in news if n.quantity])
            await _take_back(connection, site, [n for n in news if not n.quantity])
        return StockUpdate(len(levels), len(levels) - len(news), arrivals)

    async def level(self, site: str, sku: str, audience: Audience) -> int | None:
        """The last level of a sku that is about an audience; none where there is none."""
        level: int | None = await _sql.level(
            self.pool,
            site=site,
            sku=sku,
            locale=audience.locale or audience.feed,
            external_id=audience.external_id,
        )
        return level

    async def next_arrivals(self, site: str, limit: int) -> list[Arrival]:
        """What is to be announced, the oldest first."""
        return [
            Arrival.of(row) async for row in _sql.next_arrivals(self.pool, site=site, limit=limit)
        ]

    async def arrivals_begun(self, site: str, restock_ids: Sequence[UUID]) -> None:
        """These are being announced now. One that came in anew meanwhile has another id."""
        await _sql.arrivals_begun(self.pool, site=site, restock_ids=list(restock_ids))

    async def sites_with_arrivals(self, older_than_seconds: float) -> list[str]:
        """Sites with arrivals that nobody has begun to announce."""
        rows = _sql.sites_with_arrivals(self.pool, older_than_seconds=older_than_seconds)
        return [row["site"] async for row in rows]


async def came_in(
    connection: Pool | Connection,
    site: str,
    item_key: str,
    sku: str,
    quantity: int,
    restock_id: UUID,
) -> None:
    """Store that there are so many of one item, and note it as an arrival for all who wait.

    `restock_id`: the restock that it will be. Other items of the sku are not announced.
    """
    await _sql.came_in(
        connection,
        site=site,
        item_key=item_key,
        sku=sku,
        quantity=quantity,
        restock_id=restock_id,
    )


def _newest(levels: Sequence[StockLevel], now: datetime) -> list[StockLevel]:
    """One level for each sku and audience: the one with the latest date, then the last given."""
    newest: dict[tuple[str, Audience], StockLevel] = {}
    for level in levels:
        known = newest.get((level.sku, level.audience))
        if known is None or (level.updated_on or now) >= (known.updated_on or now):
            newest[level.sku, level.audience] = level
    return list(newest.values())


async def _store(
    connection: Connection, site: str, levels: Sequence[StockLevel], now: datetime
) -> list[_News]:
    rows = _sql.store_levels(
        connection,
        site=site,
        skus=[level.sku for level in levels],
        locales=[locale_key(level.locale) for level in levels],
        external_ids=[level.external_id for level in levels],
        quantities=[level.quantity for level in levels],
        ats=[level.updated_on or now for level in levels],
    )
    return [_News.model_validate(dict(row)) async for row in rows]


async def _note_arrivals(connection: Connection, site: str, levels: Sequence[_News]) -> int:
    """Note an arrival for each item that waits for one of the levels; returns how many."""
    if not levels:
        return 0
    rows = _sql.waiting_for(connection, site=site, skus=[level.sku for level in levels])
    waiting: dict[str, list[Waiting]] = {}
    async for row in rows:
        waiting.setdefault(row["sku"], []).append(Waiting.model_validate(dict(row)))
    found = {
        (item_key, level.audience): level
        for level in levels
        for item_key in items_concerned(level, waiting.get(level.sku, []))
    }
    return len(await _add_arrivals(connection, site, found)) if found else 0


async def _add_arrivals(
    connection: Connection, site: str, found: dict[tuple[str, Audience], _News]
) -> list[Row]:
    rows = _sql.add_arrivals(
        connection,
        site=site,
        item_keys=[item_key for item_key, _ in found],
        locales=[audience.locale for _, audience in found],
        external_ids=[audience.external_id for _, audience in found],
        skus=[level.sku for level in found.values()],
        quantities=[level.quantity for level in found.values()],
        more=[level.quantity > level.before for level in found.values()],
    )
    return [row async for row in rows]


async def _take_back(connection: Connection, site: str, levels: Sequence[StockLevel]) -> None:
    if levels:
        await _sql.take_back_arrivals(
            connection,
            site=site,
            skus=[level.sku for level in levels],
            locales=[level.audience.locale for level in levels],
            external_ids=[level.external_id for level in levels],
        )
