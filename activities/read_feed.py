"""Reads one product feed and takes over what it says, or nothing of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from temporalio import activity

from activities.alive import alive
from activities.feeds.errors import FeedError
from activities.feeds.fetch import open_feed
from activities.feeds.reader import FeedReader
from activities.retry import try_again
from domain.feeds import FeedInput, FeedOutcome, FeedState, Trouble
from domain.privacy import masked
from store.products import Import, Reading
from store.records import Feed
from store.store import Store

# A server that hiccups is given two further chances before the owner hears of it.
_MOST_ATTEMPTS = 3
# gzip makes some 30 times as much of it.
_SLICE_BYTES = 8 * 1024


class Source(Protocol):
    """Where a feed's bytes come from: a shop's server, or an upload."""

    @property
    def not_modified(self) -> bool: ...
    @property
    def etag(self) -> str: ...
    @property
    def last_modified(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    def chunks(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True)
class ReadFeed:
    """Needs the store, and whether feeds may be read from private networks."""

    store: Store
    allow_private_urls: bool

    @activity.defn
    async def read_feed(self, asked: FeedInput) -> FeedOutcome:
        """Read a feed once and say how it stands.

        1. No such feed, or an upload that was read before: nothing to read.
        2. Open the URL, asking for what is new only, or the upload.
        3. Gather its items, batch by batch, in a table of this reading's own.
        4. Take them over in one transaction, unless most of the known items are gone.
        5. A server that does not answer is tried again; a feed that cannot be had or trusted
           changes nothing but its own state.

        Raises `ApplicationError` where a retry can help.
        """
        feed = await self.store.feeds.get(asked.site, asked.locale)
        if feed is None or not feed.has_source:
            return feed.outcome() if feed else FeedOutcome()
        async with alive():
            read = await self._read(feed, asked.accept_shrink)
            if isinstance(read, Trouble):
                return await self.store.feeds.in_trouble(feed, read)
            return read

    async def _read(self, feed: Feed, accept_shrink: bool) -> FeedOutcome | Trouble:
        try:
            async with self._opened(feed) as source:
                if source.not_modified:
                    return await self.store.feeds.not_modified(feed)
                return await self._take_over(feed, source, accept_shrink)
        except FeedError as error:
            reason = masked(str(error))
            if error.temporary and activity.info().attempt < _MOST_ATTEMPTS:
                raise try_again("FeedNotRead", reason) from None
            return Trouble(FeedState.FAILED, reason)

    @asynccontextmanager
    async def _opened(self, feed: Feed) -> AsyncIterator[Source]:
        if feed.url is None:
            yield _Upload(self.store, feed)
            return
        async with open_feed(
            feed.url, feed.etag, feed.last_modified, self.allow_private_urls
        ) as fetched:
            yield fetched

    async def _take_over(
        self, feed: Feed, source: Source, accept_shrink: bool
    ) -> FeedOutcome | Trouble:
        reader = FeedReader(source.content_type, now=datetime.now(UTC))
        async with self.store.products.importing(feed) as items:
            await _gather(items, source, reader)
            reading = Reading(source.etag, source.last_modified, reader.skipped, reader.problems)
            return await items.take_over(reading, accept_shrink)


async def _gather(items: Import, source: Source, reader: FeedReader) -> None:
    async for chunk in source.chunks():
        for start in range(0, len(chunk), _SLICE_BYTES):
            await items.add(reader.feed(chunk[start : start + _SLICE_BYTES]))
            # Mail and everything else of this process goes on in between.
            await asyncio.sleep(0)
    await items.add(reader.close())


@dataclass(frozen=True)
class _Upload:
    store: Store
    feed: Feed
    not_modified: bool = False
    etag: str = ""
    last_modified: str = ""

    @property
    def content_type(self) -> str:
        return self.feed.content_type

    def chunks(self) -> AsyncIterator[bytes]:
        assert self.feed.upload_id
        return self.store.feeds.upload_parts(self.feed.upload_id)
