"""Writes how a request ended, or that it waits on."""

from dataclasses import dataclass

from temporalio import activity

from domain.contracts import Delivery, Marking, Outcome, RequestState, Settling
from store.store import Store


async def recorded(store: Store, settling: Settling, mail: bytes | None = None) -> Delivery:
    """Record how a telling ended, in one transaction; returns it with the status now.

    `mail`: the one that was accepted, where it is at hand.
    Safe to repeat: only a request that is PROCESSING for this restock changes.
    """
    telling, delivery = settling.telling, settling.delivery
    if delivery.outcome is Outcome.NOT_OURS:
        record = await store.requests.get(telling.site, telling.request_id)
        status = record.status if record else None
    else:
        status = await store.deliveries.settle(telling, delivery, mail)
    return delivery.model_copy(update={"recorded": True, "status": status})


@dataclass(frozen=True)
class RecordOutcome:
    """Needs the store."""

    store: Store

    @activity.defn
    async def record_outcome(self, settling: Settling) -> Delivery:
        """Record the outcome of a telling that could not be recorded when it was known."""
        return await recorded(self.store, settling)

    @activity.defn
    async def record_mark(self, marking: Marking) -> RequestState:
        """Record that the owner told the shopper, where the request waits or FAILED."""
        return RequestState(status=await self.store.requests.mark(marking.site, marking.request_id))
