"""Looks at the queue of a restock page by page and tells the workflow of each who is told."""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from activities.signal_requests import SignalRequests
from domain.announcing import Decision, Situation
from domain.contracts import PAGE_SIZE, Page, PageResult, Source
from domain.matching import Audience
from domain.waves import Share, next_wave, quiet_until
from store.store import Store

# A page that tells nobody costs a few statements, so it can be long.
_PAGE_OF_NOBODY = 20 * PAGE_SIZE


@dataclass(frozen=True)
class AnnouncePage:
    """Needs the store, and the way to tell the workflows of those that are told."""

    store: Store
    requests: SignalRequests

    @activity.defn
    async def announce_page(self, page: Page) -> PageResult:
        """Look at one page of a wave and tell the workflow of each request that is told.

        1. Look at the policy, the stock and the clock: in quiet hours the wave begins later.
        2. Read up to 500 requests with what their decision needs, in the order of the queue.
        3. Decide for each: told, or not and why (`domain/announcing.py`). Of those that are to be
           told, as many as the wave's share allows (`domain/waves.py`); the rest waits for the
           next wave.
        4. Claim those that are told and note the reasons of the others, in one statement. After
           a crash the same page gives back what it claimed and what is not settled.
        5. Signal each claimed request, no faster than their mails leave
           (`activities/signal_requests.py`). A signal sent twice is dropped by the server.

        Returns how many were told, and how the restock goes on.
        """
        done = await self.store.restocks.done(page)
        if done:
            await self.requests.signal_all(page, await self.store.restocks.claimed_by(page))
            return done
        situation = await self._situation(page)
        quiet = None if page.request_ids else quiet_until(situation.policy, situation.now)
        if quiet and page.announcement.page == 0:
            return PageResult(next_wave=quiet, held_back="these are quiet hours")
        return await self._take(page, situation)

    async def _situation(self, page: Page) -> Situation:
        policy = await self.store.sites.policy(page.site, page.item_key)
        told, stock = page.announcement, await self._stock(page)
        return Situation(
            policy=policy,
            source=told.stock.source if told.stock else Source.REPORT,
            stock=stock,
            share=told.share or Share.of_wave(policy, stock, told.told),
            now=datetime.now(UTC),
            named=bool(page.request_ids),
        )

    async def _stock(self, page: Page) -> int | None:
        """How many there are: as the inventory says, or as the signal does."""
        stock = page.announcement.stock
        if stock is None:
            return None
        known = await self.store.stock.level(page.site, stock.sku, page.audience)
        return stock.quantity if known is None else known

    async def _take(self, page: Page, situation: Situation) -> PageResult:
        limit = _PAGE_OF_NOBODY if situation.reason_for_nobody() else PAGE_SIZE
        looked_at = await self.store.restocks.candidates(page, situation.policy.order, limit)
        if not looked_at:
            return PageResult(held_back="nobody waits", stock=situation.stock)
        decision = situation.decide(looked_at)
        result = PageResult(
            more=len(looked_at) == limit and not decision.left_over,
            after=looked_at[-1].position,
            share=situation.share_after(decision),
            # Not the reason of a single shopper, which may quote what is known of them.
            held_back=situation.reason_for_nobody() or _some_wait(decision),
            stock=situation.stock,
            waiting=await self._waiting(page),
        )
        if not result.more and _goes_on(situation, decision):
            update = {"next_wave": next_wave(situation.policy, situation.now)}
            result = result.model_copy(update=update)
        claimed = await self.store.restocks.take(page, decision.told, decision.waits, result)
        await self.requests.signal_all(page, claimed)
        return result.model_copy(update={"claimed": len(claimed)})

    async def _waiting(self, page: Page) -> int:
        if page.announcement.page or page.request_ids:
            return 0
        return await self.store.queue.count(page.site, page.item_key, Audience())


def _goes_on(situation: Situation, decision: Decision) -> bool:
    """Whether a further wave may tell more of those who wait.

    Where the cap is reached, the restock stays until the item is sold out: a stock level that
    comes meanwhile is not another restock.
    """
    capped = situation.share_after(decision).shoppers == 0 and situation.stock is not None
    return decision.left_over or (capped and not situation.below_minimum())


def _some_wait(decision: Decision) -> str:
    count = len(decision.waits)
    return f"{count} wait on; the timeline of each says why" if count else ""
