"""One item that is back: those who wait are told in waves, page by page.

Its owner may pause, resume and stop it: a page that was begun is finished, and nobody else is told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.announce_page import AnnouncePage
    from activities.count_outcomes import CountOutcomes
    from activities.hold_restock import HoldRestock
    from activities.tell_owner import TellOwner
    from domain.contracts import (
        PAGES_PER_RUN,
        Announcement,
        Counting,
        Page,
        PageResult,
        ReportedSignal,
        RestockInput,
        RestockNotice,
        RestockOutcome,
        StockChangedSignal,
    )
    from domain.holding import MOST_WAVES_SHOWN, STOPPED, Holding, RestockProgress
    from domain.outlook import RunningWave
    from domain.progress import progress

_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(seconds=15),
)
Kept = TypeVar("Kept")


@workflow.defn
class Restock:
    """Announces an item for as long as it is back and shoppers wait, then sums up for the owner."""

    @workflow.init
    def __init__(self, restock: RestockInput) -> None:
        self._restock = restock
        self._reports = list(restock.reports)
        self._stock = restock.stock
        self._current = restock.current
        self._announced = list(restock.announced)
        self._paused = restock.paused
        self._stopped = False
        self._left_by_stop: int | None = None
        self._held_back = ""
        self._progress = ""
        self._waiting = 0
        self._pages = 0

    @workflow.run
    async def run(self, restock: RestockInput) -> str:
        while True:
            while self._has_news():
                if self._stopped:
                    await self._put_away()
                else:
                    await self._announce(self._current or self._next_announcement())
            if not self._announced:
                return f"nobody was told: {self._held_back or 'nothing was reported'}"
            outcome = await self._outcome()
            if outcome is not None:
                await self._sum_up(outcome)
                if not self._has_news():
                    return outcome.sentence

    @workflow.signal(description="The item is back: tell everyone who waits for it.")
    def reported(self, report: ReportedSignal | None = None) -> None:
        report = report or ReportedSignal()
        # A repeated report says nothing new while the first is still to be announced.
        if report not in self._reports:
            self._reports.append(report)

    @workflow.signal(description="The item's stock changed; a quantity above 0 means it is back.")
    def stock_changed(self, stock: StockChangedSignal | None = None) -> None:
        if stock is None or stock.restock_id in self._begun():
            return
        # What came in last is what counts, also when it is nothing.
        self._stock = None if stock.quantity == 0 else stock

    @workflow.signal(description="Tell nobody else until it is resumed.")
    def pause(self) -> None:
        self._paused = not self._stopped
        self._show()

    @workflow.signal(description="Go on telling, after a pause.")
    def resume(self) -> None:
        self._paused = False
        self._show()

    @workflow.signal(description="Tell nobody else; they wait until more come in, or a report.")
    def stop(self) -> None:
        self._paused, self._stopped = False, True
        # What came in before is what is stopped; what comes in after is news.
        self._reports, self._stock = [], None
        self._show()

    @workflow.query(description="The wave it is at; none while it only waits for its mails.")
    def running_wave(self) -> RunningWave | None:
        current = self._current
        return RunningWave.of(current, self._paused) if current else None

    @workflow.query(description="How far it is: its waves, and whether it is paused.")
    def progress(self) -> RestockProgress:
        return RestockProgress(
            item_key=self._restock.item_key,
            audience=self._restock.audience,
            wave=self.running_wave(),
            waves=tuple(self._announced[-MOST_WAVES_SHOWN:]),
            waves_before=max(len(self._announced) - MOST_WAVES_SHOWN, 0),
            waiting=self._waiting,
            paused=self._paused,
            stopping=self._stopped,
        )

    def _begun(self) -> list[UUID | None]:
        return [*self._announced, *([self._current.restock_id] if self._current else [])]

    def _has_news(self) -> bool:
        return bool(self._stopped or self._current or self._reports or self._stock)

    def _next_announcement(self) -> Announcement:
        self._left_by_stop = None
        if self._reports:
            return Announcement(restock_id=workflow.uuid4(), report=self._reports.pop(0))
        stock, self._stock = self._stock, None
        assert stock
        restock_id = stock.restock_id or workflow.uuid4()
        return Announcement(restock_id=restock_id, report=ReportedSignal(), stock=stock)

    async def _announce(self, announcement: Announcement) -> None:
        """Tell one page of a wave, when its time has come; what follows becomes the current."""
        self._current = announcement
        if not await self._its_time_has_come(announcement):
            self._current = None
            return
        if self._pages == PAGES_PER_RUN:
            self._go_on_in_a_new_run(announcement)
        self._pages += 1
        announcement = self._with_latest_stock(announcement)
        result = await self._announce_page(announcement)
        self._note(announcement, result)
        self._current = announcement.following(result, workflow.uuid4)

    async def _its_time_has_come(self, announcement: Announcement) -> bool:
        """Wait until a wave begins. False where a report came meanwhile, or it was stopped."""
        while True:
            if self._paused:
                await self._wait_while_paused(announcement)
            if self._stopped:
                return False
            if announcement.begins is None or announcement.begins <= workflow.now():
                return True
            try:
                await workflow.wait_condition(
                    lambda: self._paused or self._stopped or self._tells_everyone(announcement),
                    timeout=announcement.begins - workflow.now(),
                    timeout_summary=f"Until wave {announcement.wave}",
                )
            except TimeoutError:
                # Its time, whatever the clock says by a hair's breadth.
                if not (self._paused or self._stopped):
                    return True
            if self._tells_everyone(announcement):
                return False

    def _tells_everyone(self, announcement: Announcement) -> bool:
        """Whether a report came while a wave was waited for."""
        return bool(self._reports and announcement.stock)

    async def _wait_while_paused(self, announcement: Announcement) -> None:
        await self._hold(HoldRestock.hold_restock, "Paused")
        await workflow.wait_condition(
            lambda: not self._paused or workflow.info().is_continue_as_new_suggested()
        )
        if self._paused:
            self._go_on_in_a_new_run(announcement)
        # A stop holds on.
        if not self._stopped:
            await self._hold(HoldRestock.release_restock, "Resumed")

    async def _put_away(self) -> None:
        """Stop: those who were not told wait on, and nothing old begins it again."""
        self._left_by_stop = await self._hold(HoldRestock.stop_restock, "Stopped")
        self._current, self._stopped, self._held_back = None, False, STOPPED

    async def _hold(
        self, activity: Callable[[HoldRestock, Holding], Awaitable[Kept]], summary: str
    ) -> Kept:
        return await workflow.execute_activity_method(
            activity,
            self._holding(),
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=timedelta(seconds=30),
            summary=summary,
        )

    def _holding(self) -> Holding:
        restock = self._restock
        return Holding(
            site=restock.site,
            item_key=restock.item_key,
            audience=restock.audience,
            request_ids=restock.request_ids,
            restock_id=self._announced[-1] if self._announced else None,
        )

    def _with_latest_stock(self, announcement: Announcement) -> Announcement:
        """The wave, which goes by what came in while it was waited for."""
        if self._stock is None or announcement.stock is None or announcement.page:
            return announcement
        stock, self._stock = self._stock, None
        return announcement.model_copy(update={"stock": stock})

    async def _announce_page(self, announcement: Announcement) -> PageResult:
        return await workflow.execute_activity_method(
            AnnouncePage.announce_page,
            Page(
                site=self._restock.site,
                item_key=self._restock.item_key,
                audience=self._restock.audience,
                request_ids=self._restock.request_ids,
                announcement=announcement,
            ),
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=timedelta(seconds=10),
            summary=f"Wave {announcement.wave}, page {announcement.page + 1}",
        )

    def _note(self, announcement: Announcement, result: PageResult) -> None:
        self._waiting = result.waiting or self._waiting
        self._progress = progress(announcement, result, self._waiting)
        self._show()
        self._held_back = result.held_back
        if result.claimed and announcement.restock_id not in self._announced:
            self._announced.append(announcement.restock_id)

    def _show(self) -> None:
        """Say in the Temporal UI how far it is."""
        held = "stopped" if self._stopped else "paused" if self._paused else ""
        said = (held, self._progress)
        workflow.set_current_details("; ".join(part for part in said if part))

    def _go_on_in_a_new_run(self, announcement: Announcement) -> None:
        workflow.continue_as_new(
            self._restock.model_copy(
                update={
                    "current": announcement,
                    "reports": tuple(self._reports),
                    "stock": self._stock,
                    "announced": tuple(self._announced),
                    "paused": self._paused,
                }
            )
        )

    async def _outcome(self) -> RestockOutcome | None:
        """How the mails went, once they went; none where a new report came in between."""
        counting = workflow.start_activity_method(
            CountOutcomes.count_outcomes,
            Counting(site=self._restock.site, restock_ids=tuple(self._announced)),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_SOON,
            summary="Wait for the mails",
        )
        await workflow.wait_condition(lambda: counting.done() or self._has_news())
        if not counting.done():
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
            return None
        outcome = await counting
        return outcome.model_copy(update={"left_by_stop": self._left_by_stop})

    async def _sum_up(self, outcome: RestockOutcome) -> None:
        workflow.set_current_details(outcome.sentence)
        await workflow.execute_activity_method(
            TellOwner.tell_owner_of_restock,
            RestockNotice(site=self._restock.site, restock_id=self._announced[-1], outcome=outcome),
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=10),
            summary=f"Owner notice: {outcome.sentence}"[:200],
        )
        self._announced.clear()
        self._left_by_stop = None
