"""Products: what a feed says is taken over in one transaction, or nothing of it."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from domain.feeds import FeedCensus, FeedOutcome, Trouble
from domain.products import Product
from store.database import Connection, Pool, load_queries
from store.records import Feed

_sql = load_queries("products")
_feeds_sql = load_queries("feeds")
_BATCH = 1000
# A feed may have millions of items.
_PATIENCE_SECONDS = 600.0
_COLUMNS = (
    "position",
    "sku",
    "item_group",
    "name",
    "price",
    "currency",
    "image_url",
    "url",
    "availability",
    "data",
)


@dataclass(frozen=True)
class Reading:
    """What else is known once a feed was read to its end."""

    etag: str = ""
    last_modified: str = ""
    skipped: int = 0
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class Products:
    """What the feeds of all sites say of their items."""

    pool: Pool

    @asynccontextmanager
    async def importing(self, feed: Feed) -> AsyncIterator["Import"]:
        """Gathers the items of one reading, on a connection of its own, outside a transaction."""
        async with self.pool.acquire() as connection:
            await _sql.make_feed_items(connection)
            try:
                yield Import(connection, feed)
            finally:
                await _sql.drop_feed_items(connection)


@dataclass
class Import:
    """The items of one reading of a feed."""

    connection: Connection
    feed: Feed
    _count: int = 0
    _batch: list[tuple[object, ...]] = field(default_factory=list)

    async def add(self, products: Sequence[Product]) -> None:
        """Gather products, in the order of the feed."""
        for product in products:
            self._batch.append(_record(self._count, product))
            self._count += 1
        if len(self._batch) >= _BATCH:
            await self._flush()

    async def take_over(self, reading: Reading, accept_shrink: bool) -> FeedOutcome | Trouble:
        """Make what was gathered the products of the feed, in one short transaction.

        1. Sort out: the last of several items with one id counts; groups are made items.
        2. With the feed locked: it may be gone by now, or have another source; then nothing
           changes.
        3. No items, or most of the known ones gone: nothing changes, and the trouble is returned.
        4. Store what differs and delete what is gone.
        5. Note an arrival for each item that somebody waits for and that came in by this reading;
           not at the first reading, which only notes what there is.
        """
        await self._flush()
        await self._run(_sql.sort_out_feed_items)
        async with self.connection.transaction():
            feed = await self._lock()
            if feed is None or not feed.has_same_source(self.feed):
                return feed.outcome() if feed else FeedOutcome()
            census = await self._census()
            if trouble := _trouble(feed, census, accept_shrink):
                return trouble
            return await self._store(feed, census, reading)

    async def _lock(self) -> Feed | None:
        name = {"site": self.feed.site, "locale": self.feed.locale}
        row = await _feeds_sql.lock_feed(self.connection, **name)
        return None if row is None else Feed.of(row)

    async def _census(self) -> FeedCensus:
        row = await self.connection.fetchrow(
            _sql.feed_census.sql, self.feed.site, self.feed.locale, timeout=_PATIENCE_SECONDS
        )
        assert row
        return FeedCensus.model_validate(dict(row))

    async def _store(self, feed: Feed, census: FeedCensus, reading: Reading) -> FeedOutcome:
        arrived = await self._change(_sql.note_arrived) if feed.imported_date else 0
        await self._change(_sql.store_products)
        await self._change(_sql.delete_gone_products)
        arrivals = await self._change(_sql.note_arrivals) if arrived else 0
        row = await _sql.feed_taken_over(
            self.connection,
            site=feed.site,
            locale=feed.locale,
            upload_id=feed.upload_id,
            items=census.items,
            in_stock=census.in_stock,
            etag=reading.etag,
            last_modified=reading.last_modified,
            skipped=reading.skipped,
            problems=list(reading.problems),
        )
        return Feed.of(row).outcome(arrived, arrivals)

    async def _flush(self) -> None:
        await self.connection.copy_records_to_table(
            "feed_items", records=self._batch, columns=_COLUMNS, timeout=_PATIENCE_SECONDS
        )
        self._batch.clear()

    async def _change(self, query: Any) -> int:
        """Run a statement about this feed; returns how many rows it changed."""
        status = await self._run(query, self.feed.site, self.feed.locale)
        return int(status.rpartition(" ")[2])

    async def _run(self, query: Any, *parameters: str) -> str:
        return await self.connection.execute(query.sql, *parameters, timeout=_PATIENCE_SECONDS)


def _record(position: int, product: Product) -> tuple[object, ...]:
    return (
        position,
        product.sku,
        product.group,
        product.name,
        product.price,
        product.currency,
        product.image_url,
        product.url,
        product.availability,
        json.dumps(product.data),
    )


def _trouble(feed: Feed, census: FeedCensus, accept_shrink: bool) -> Trouble | None:
    how = "refresh it" if feed.url else "upload it again"
    return census.trouble(
        is_first=feed.imported_date is None,
        accept_shrink=accept_shrink or feed.accept_shrink,
        how_to_accept=f"{how} with acceptShrink=true",
    )
