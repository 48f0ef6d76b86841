"""Looks at the queue of a restock page by page and tells the workflow of each who is told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from activities.each import for_each
from domain.announcing import Candidate, reason_for_nobody, reason_to_wait
from domain.contracts import PAGE_SIZE, Page, PageResult, RestockSignal
from domain.policy import Policy
from store.records import ClaimedRequest
from store.store import Store

Announce = Callable[[str, ClaimedRequest, RestockSignal], Awaitable[None]]
"""Tells the workflow of a request of a site that its item is back; safe to repeat."""

# A page that tells nobody costs a few statements, so it can be long.
_PAGE_OF_NOBODY = 20 * PAGE_SIZE


@dataclass(frozen=True)
class AnnouncePage:
    """Needs the store, the way to signal a request, and whether mail goes through its queue."""

    store: Store
    announce: Announce
    queued: bool

    @activity.defn
    async def announce_page(self, page: Page) -> PageResult:
        """Look at one page of a queue and tell the workflow of each request that is told.

        1. Read the policy and up to 500 requests with what their decision needs, oldest first.
        2. Decide for each: told, or not and why (`domain/announcing.py`).
        3. Claim those that are told and note the reasons of the others, in one statement. After
           a crash the same page gives back what it claimed and what is not settled.
        4. Signal each claimed request, some at a time. A signal sent twice is dropped by the
           server.

        Returns how many were told, why one of the others was not, and whether more wait.
        """
        done = await self.store.restocks.done(page)
        if done:
            await self._signal_all(page, await self.store.restocks.claimed_by(page))
            return PageResult(claimed=done.handed_over, more=done.more, after=done.position)
        return await self._take(page)

    async def _take(self, page: Page) -> PageResult:
        policy = await self.store.sites.policy(page.site, page.item_key)
        nobody = reason_for_nobody(policy, page.announcement.stock)
        limit = _PAGE_OF_NOBODY if nobody else PAGE_SIZE
        looked_at = await self.store.restocks.candidates(page, limit)
        if not looked_at:
            return PageResult(held_back="nobody waits")
        reasons = {each.id: nobody or _reason(page, each, policy) for each in looked_at}
        waits = {request_id: reason for request_id, reason in reasons.items() if reason}
        more = len(looked_at) == limit
        claimed = await self.store.restocks.take(page, looked_at, waits, more)
        await self._signal_all(page, claimed)
        return PageResult(
            claimed=len(claimed),
            more=more,
            after=looked_at[-1].position,
            # Not the reason of a single shopper, which may quote what is known of them.
            held_back=nobody or _some_wait(len(waits)),
        )

    async def _signal_all(self, page: Page, claimed: Sequence[ClaimedRequest]) -> None:
        report = page.announcement.report
        signal = RestockSignal(
            restock_id=page.announcement.restock_id,
            item_details=report.item_details,
            extra_automation_template_parameters=report.extra_automation_template_parameters,
            tell_owner=False,
            queued=self.queued,
        )

        async def tell(request: ClaimedRequest) -> None:
            await self.announce(page.site, request, signal)

        await for_each(claimed, tell)


def _some_wait(count: int) -> str:
    return f"{count} wait on; the timeline of each says why" if count else ""


def _reason(page: Page, candidate: Candidate, policy: Policy) -> str:
    if page.request_ids:
        # Who names requests decided already.
        return ""
    return reason_to_wait(candidate, policy, page.announcement.stock, datetime.now(UTC))
