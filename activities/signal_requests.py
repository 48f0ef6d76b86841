"""Tells the workflows of a page that their item is back, no faster than their mails leave."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from temporalio import activity

from activities.each import for_each
from domain.contracts import Page, ReportedSignal, RestockSignal
from store.records import BeingTold, ClaimedRequest
from store.store import Store

Announce = Callable[[str, ClaimedRequest, RestockSignal], Awaitable[bool]]
"""Tells the workflow of a request of a site that its item is back; whether it had ended.

Safe to repeat."""

CallForward = Callable[[UUID], Awaitable[None]]
"""Has a request told before those that are told by the hundred; safe to repeat."""

# So few do not hold up anybody whom they go before.
_FEW = 5
_BATCH = 25
_MOST_UNDER_WAY = 25
_LOOK_SECONDS = 0.1


async def _in_line(request_id: UUID) -> None:
    """Leave a request where it is."""


@dataclass(frozen=True)
class SignalRequests:
    """Needs the store, the way to signal a request, and whether mail goes through its queue.

    `call_forward`: what is done for those that are told alone, or nearly so. `patience`: for how
    long a batch waits for the mails of those before it; mail that is in trouble, or goes out at a
    low rate, must not keep a page for longer than a page may take.
    """

    store: Store
    announce: Announce
    queued: bool
    call_forward: CallForward = _in_line
    patience: timedelta = timedelta(seconds=2)

    async def signal_all(self, page: Page, claimed: Sequence[ClaimedRequest]) -> None:
        """Signal each request that a page claimed, batch by batch.

        What the engine is given faster than workers take it, it writes to its own queue first;
        that costs a fifth of the whole notification, and stands in front of whatever else comes.
        Raises the first failure of `announce`.
        """
        few = page.announcement.page == 0 and len(claimed) <= _FEW
        told = page.announcement
        signal = self._signal(told.restock_id, told.report)

        async def tell(request: ClaimedRequest) -> None:
            if few:
                await self.call_forward(request.id)
            await self.announce(page.site, request, signal)

        for begin in range(0, len(claimed), _BATCH):
            if begin:
                await self._until_few_are_under_way(page, not_signalled=len(claimed) - begin)
            await for_each(claimed[begin : begin + _BATCH], tell)

    async def signal_again(self, request: BeingTold) -> bool:
        """Signal a request as the restock did that claimed it; whether its workflow had ended.

        A workflow that has had the signal does not get it a second time.
        """
        signal = self._signal(request.restock_id, request.report, request.signalled_directly)
        return await self.announce(request.site, request, signal)

    def _signal(
        self, restock_id: UUID, report: ReportedSignal, tell_owner: bool = False
    ) -> RestockSignal:
        """What a request is told of a restock, with what was reported."""
        return RestockSignal(
            restock_id=restock_id,
            item_details=report.item_details,
            extra_automation_template_parameters=report.extra_automation_template_parameters,
            tell_owner=tell_owner,
            queued=self.queued,
        )

    async def _until_few_are_under_way(self, page: Page, not_signalled: int) -> None:
        looks = int(self.patience.total_seconds() / _LOOK_SECONDS)
        for _ in range(looks):
            unsettled = await self.store.restocks.count_unsettled(page)
            if unsettled - not_signalled <= _MOST_UNDER_WAY:
                return
            activity.heartbeat()
            await asyncio.sleep(_LOOK_SECONDS)
