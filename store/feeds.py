"""Product feeds: where each is read from, how the last reading went, and uploads to be read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.contracts import NoticeKind
from domain.feeds import FeedOutcome, Trouble
from domain.locales import locale_key
from store.database import Pool, Row, load_queries
from store.records import Feed

_sql = load_queries("feeds")
_PART_BYTES = 1_000_000


@dataclass(frozen=True)
class FeedSource:
    """Where a feed is to be read from, as its owner puts it: a URL, or an upload.

    `locale`: as the owner spells it. `accept_shrink`: take it over even where most of the known
    items are gone.
    """

    locale: str
    url: str | None = None
    content_type: str = ""
    accept_shrink: bool = False


@dataclass(frozen=True)
class Feeds:
    """One product feed per site and locale; the case of a locale's letters does not matter."""

    pool: Pool

    async def put(
        self, site: str, source: FeedSource, upload_id: UUID | None = None
    ) -> tuple[Feed, bool]:
        """Make a feed, or change where it is read from. Returns it, and whether it is new.

        An upload that it replaces is dropped, read or not.
        """
        locale = locale_key(source.locale)
        async with self.pool.acquire() as connection, connection.transaction():
            previous = await _sql.lock_feed(connection, site=site, locale=locale)
            row = await _sql.put_feed(
                connection,
                site=site,
                locale=locale,
                shown_locale=source.locale,
                url=source.url,
                upload_id=upload_id,
                content_type=source.content_type,
                accept_shrink=source.accept_shrink,
            )
            if previous and previous["upload_id"]:
                await _sql.drop_upload(connection, upload_id=previous["upload_id"])
        return Feed.of(row), previous is None

    async def save_upload(
        self, site: str, source: FeedSource, chunks: AsyncIterator[bytes]
    ) -> tuple[Feed, bool]:
        """Keep an uploaded feed until it is read; returns as `put` does.

        An upload that breaks off leaves the feed as it was, and nothing behind.
        """
        upload_id = uuid4()
        try:
            part = 0
            async for content in _in_parts(chunks):
                await _sql.add_upload_part(
                    self.pool, upload_id=upload_id, part=part, content=content
                )
                part += 1
            return await self.put(site, source, upload_id)
        except BaseException:
            await _sql.drop_upload(self.pool, upload_id=upload_id)
            raise

    async def upload_parts(self, upload_id: UUID) -> AsyncIterator[bytes]:
        """An upload, piece by piece."""
        part = 0
        while content := await _sql.upload_part(self.pool, upload_id=upload_id, part=part):
            yield content
            part += 1

    async def get(self, site: str, locale: str) -> Feed | None:
        row = await _sql.get_feed(self.pool, site=site, locale=locale_key(locale))
        return None if row is None else Feed.of(row)

    async def all(self, site: str) -> list[Feed]:
        """The feeds of a site, the oldest first."""
        return [Feed.of(row) async for row in _sql.list_feeds(self.pool, site=site)]

    async def to_read(self) -> list[Feed]:
        """The feeds of all sites that have a URL, or an upload that was not read."""
        return [Feed.of(row) async for row in _sql.feeds_to_read(self.pool)]

    async def delete(self, site: str, locale: str) -> bool:
        """Delete a feed with its products. False where there is none."""
        deleted = await _sql.delete_feed(self.pool, site=site, locale=locale_key(locale))
        return deleted is not None

    async def not_modified(self, feed: Feed) -> FeedOutcome:
        """Note that the server still has what was taken over last."""
        row = await _sql.feed_not_modified(
            self.pool, site=feed.site, locale=feed.locale, url=feed.url
        )
        return await self._outcome(feed, row)

    async def in_trouble(self, feed: Feed, trouble: Trouble) -> FeedOutcome:
        """Note why a reading of `feed` changes nothing, unless it has another source by now."""
        row = await _sql.feed_in_trouble(
            self.pool,
            site=feed.site,
            locale=feed.locale,
            url=feed.url,
            upload_id=feed.upload_id,
            state=trouble.state,
            trouble=trouble.text,
        )
        return await self._outcome(feed, row)

    async def told(self, site: str, locale: str, kind: NoticeKind) -> None:
        """Note that the owner has heard of trouble, or that it is over."""
        told = kind is NoticeKind.FEED_TROUBLE
        await _sql.trouble_told(self.pool, site=site, locale=locale_key(locale), told=told)

    async def drop_abandoned_uploads(self, older_than_seconds: float) -> None:
        """Forget uploads that broke off together with their process."""
        await _sql.drop_abandoned_uploads(self.pool, older_than_seconds=older_than_seconds)

    async def _outcome(self, feed: Feed, row: Row | None) -> FeedOutcome:
        """How a feed stands: as `row` says, or where its source was replaced, as it is by now."""
        now = Feed.of(row) if row else await self.get(feed.site, feed.locale)
        return now.outcome() if now else FeedOutcome()


async def _in_parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    part = bytearray()
    async for chunk in chunks:
        part += chunk
        if len(part) >= _PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)
