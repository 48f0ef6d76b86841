"""Writes how a request ended, or that it waits on: the last step of every telling."""

from dataclasses import dataclass

from temporalio import activity

from domain.contracts import Marking, Outcome, RequestState, Settling
from store.store import Store


@dataclass(frozen=True)
class RecordOutcome:
    """Needs the store."""

    store: Store

    @activity.defn
    async def record_outcome(self, settling: Settling) -> RequestState:
        """Record the outcome of a telling in one transaction; returns the status now."""
        if settling.delivery.outcome is Outcome.NOT_OURS:
            record = await self.store.requests.get(settling.site, settling.request_id)
            return RequestState(status=record.status if record else None)
        return RequestState(status=await self.store.deliveries.settle(settling))

    @activity.defn
    async def record_mark(self, marking: Marking) -> RequestState:
        """Record that the owner told the shopper, where the request waits or FAILED."""
        return RequestState(status=await self.store.requests.mark(marking.site, marking.request_id))
