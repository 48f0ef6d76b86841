"""Claims the requests of a restock page by page and tells each one's workflow."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from temporalio import activity

from domain.contracts import Page, PageResult, RestockSignal
from store.records import ClaimedRequest
from store.store import Store

Announce = Callable[[str, ClaimedRequest, RestockSignal], Awaitable[None]]
"""Tells the workflow of a request of a site that its item is back; safe to repeat."""

_IN_FLIGHT = 30


@dataclass(frozen=True)
class AnnouncePage:
    """Needs the store, the way to signal a request, and whether mail goes through its queue."""

    store: Store
    announce: Announce
    queued: bool

    @activity.defn
    async def announce_page(self, page: Page) -> PageResult:
        """Claim one page of a restock and tell the workflow of each request.

        1. Automation off: note that in every timeline, claim nothing.
        2. Claim up to 500 requests, oldest first, in one statement. After a crash the same page
           gives back what it claimed and what is not settled.
        3. Signal each, some at a time. A signal sent twice is dropped by the server.

        Returns how many were reached, and whether more wait: a page can be short because some
        of its requests were marked or withdrawn at that moment.
        """
        policy = await self.store.sites.policy(page.site, page.item_key)
        if not policy.automation:
            return await self._held_back(page, "automation is switched off")
        claimed = await self._claim(page)
        await self._signal_all(page, claimed)
        return PageResult(claimed=len(claimed), more=await self._more(page))

    async def _held_back(self, page: Page, reason: str) -> PageResult:
        if page.request_ids:
            await self.store.restocks.hold_back_ids(page.site, page.request_ids, reason)
        else:
            await self.store.restocks.hold_back_item(page.site, page.item_key, reason)
        return PageResult(held_back=reason)

    async def _claim(self, page: Page) -> list[ClaimedRequest]:
        restocks, told = self.store.restocks, page.announcement
        if page.request_ids:
            return await restocks.claim_page_of_ids(
                page.site, page.request_ids, told.restock_id, told.page
            )
        return await restocks.claim_page_of_item(
            page.site, page.item_key, told.restock_id, told.page
        )

    async def _more(self, page: Page) -> bool:
        restocks, restock_id = self.store.restocks, page.announcement.restock_id
        if page.request_ids:
            return await restocks.more_of_ids(page.site, page.request_ids, restock_id)
        return await restocks.more_of_item(page.site, page.item_key, restock_id)

    async def _signal_all(self, page: Page, claimed: Sequence[ClaimedRequest]) -> None:
        report = page.announcement.report
        signal = RestockSignal(
            restock_id=page.announcement.restock_id,
            item_details=report.item_details,
            extra_automation_template_parameters=report.extra_automation_template_parameters,
            tell_owner=False,
            queued=self.queued,
        )
        slots = asyncio.Semaphore(_IN_FLIGHT)

        async def tell(request: ClaimedRequest) -> None:
            async with slots:
                await self.announce(page.site, request, signal)
            activity.heartbeat()

        try:
            async with asyncio.TaskGroup() as group:
                for request in claimed:
                    group.create_task(tell(request))
        except ExceptionGroup as errors:
            # One reason is what the Temporal UI should show.
            raise errors.exceptions[0] from None
