"""Has the product feeds read that are due."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from temporalio import activity

from activities.each import for_each
from store.records import Feed
from store.store import Store

Refresh = Callable[[str, str], Awaitable[None]]
"""Has the feed of a site and a locale read; safe to repeat."""

_ABANDONED_AFTER_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class PollFeeds:
    """Needs the store, and the way to have a feed read."""

    store: Store
    refresh: Refresh

    @activity.defn
    async def poll_feeds(self) -> int:
        """Have every feed read that has a URL, or an upload that was not read; returns how many."""

        async def refresh(feed: Feed) -> None:
            await self.refresh(feed.site, feed.shown_locale)

        feeds = await self.store.feeds.to_read()
        await for_each(feeds, refresh)
        await self.store.feeds.drop_abandoned_uploads(_ABANDONED_AFTER_SECONDS)
        return len(feeds)
