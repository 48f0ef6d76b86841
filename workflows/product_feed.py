"""A product feed is read, what came in is announced, and the owner hears of trouble."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.announce_arrivals import AnnounceArrivals
    from activities.poll_feeds import PollFeeds
    from activities.read_feed import ReadFeed
    from activities.tell_owner import TellOwner
    from domain.contracts import NoticeKind
    from domain.feeds import (
        FEEDS_TASK_QUEUE,
        FeedInput,
        FeedNotice,
        FeedOutcome,
        RefreshSignal,
    )

_SOON = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5))
_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5)
)
_OWNER_NOTICE_LIMIT = timedelta(hours=48)


@workflow.defn
class ProductFeed:
    """One per feed, reached by each `refresh`: reads it for as long as it is asked to."""

    @workflow.init
    def __init__(self, feed: FeedInput) -> None:
        self._feed = feed
        self._asked = True
        self._accept_shrink = feed.accept_shrink
        self._notices: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, feed: FeedInput) -> str:
        outcome = FeedOutcome()
        while self._asked:
            outcome = await self._read()
            if outcome.arrivals:
                await self._announce_arrivals()
            if outcome.notice:
                self._notices.append(asyncio.create_task(self._tell_owner(outcome.notice, outcome)))
            await workflow.wait_condition(lambda: self._asked or self._owner_has_heard())
        return outcome.sentence

    @workflow.signal(description="Read the feed again.")
    def refresh(self, refresh: RefreshSignal | None = None) -> None:
        self._asked = True
        self._accept_shrink |= bool(refresh and refresh.accept_shrink)

    def _owner_has_heard(self) -> bool:
        return all(notice.done() for notice in self._notices)

    async def _read(self) -> FeedOutcome:
        asked = self._feed.model_copy(update={"accept_shrink": self._accept_shrink})
        self._asked = self._accept_shrink = False
        workflow.set_current_details("The feed is being read.")
        outcome = await workflow.execute_activity_method(
            ReadFeed.read_feed,
            asked,
            task_queue=FEEDS_TASK_QUEUE,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=_SOON,
            summary=f"Product feed {self._feed.locale}",
        )
        workflow.set_current_details(outcome.sentence)
        return outcome

    async def _announce_arrivals(self) -> None:
        await workflow.execute_activity_method(
            AnnounceArrivals.announce_arrivals,
            self._feed.site,
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(seconds=30),
            summary="Start the restocks of what came in",
        )

    async def _tell_owner(self, kind: NoticeKind, outcome: FeedOutcome) -> None:
        feed = self._feed
        try:
            await workflow.execute_activity_method(
                TellOwner.tell_owner_of_feed,
                FeedNotice(site=feed.site, locale=feed.locale, kind=kind, outcome=outcome),
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=timedelta(seconds=10),
                schedule_to_close_timeout=_OWNER_NOTICE_LIMIT,
                retry_policy=_PATIENTLY,
                summary=f"Owner notice: {outcome.sentence}"[:200],
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            # The event stands in the owner's inbox, which no mail server can lose.
            workflow.logger.warning("owner_not_told", extra={"kind": kind})


@workflow.defn
class FeedPoll:
    """Run by a schedule: has every product feed read that is due."""

    @workflow.run
    async def run(self) -> str:
        asked = await workflow.execute_activity_method(
            PollFeeds.poll_feeds,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
            summary="Have the feeds read",
        )
        return f"asked for {asked} feeds"
