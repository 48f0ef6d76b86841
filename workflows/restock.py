"""One item that is back: those who wait are told in waves, page by page."""

import asyncio
import contextlib
from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.announce_page import AnnouncePage
    from activities.count_outcomes import CountOutcomes
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
    from domain.outlook import RunningWave
    from domain.progress import progress

_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(seconds=15),
)


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
        self._held_back = ""
        self._waiting = 0
        self._pages = 0

    @workflow.run
    async def run(self, restock: RestockInput) -> str:
        while True:
            while self._has_news():
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

    @workflow.query(description="The wave it is at; none while it only waits for its mails.")
    def running_wave(self) -> RunningWave | None:
        current = self._current
        return RunningWave.of(current) if current else None

    def _begun(self) -> list[UUID | None]:
        return [*self._announced, *([self._current.restock_id] if self._current else [])]

    def _has_news(self) -> bool:
        return bool(self._current or self._reports or self._stock)

    def _next_announcement(self) -> Announcement:
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
        """Wait until a wave begins. False where a report came meanwhile: it tells everyone."""
        if announcement.begins is None or announcement.begins <= workflow.now():
            return True
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: bool(self._reports and announcement.stock),
                timeout=announcement.begins - workflow.now(),
                timeout_summary=f"Until wave {announcement.wave}",
            )
            return False
        return True

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
        workflow.set_current_details(progress(announcement, result, self._waiting))
        self._held_back = result.held_back
        if result.claimed and announcement.restock_id not in self._announced:
            self._announced.append(announcement.restock_id)

    def _go_on_in_a_new_run(self, announcement: Announcement) -> None:
        workflow.continue_as_new(
            self._restock.model_copy(
                update={
                    "current": announcement,
                    "reports": tuple(self._reports),
                    "stock": self._stock,
                    "announced": tuple(self._announced),
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
        await workflow.wait_condition(
            lambda: counting.done() or bool(self._reports) or self._stock is not None
        )
        if not counting.done():
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
            return None
        return await counting

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
