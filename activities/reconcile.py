"""Starts and ends the workflows that could not be reached when their request changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from domain.contracts import Reconciled
from store.records import WaitingStart
from store.store import Store

Start = Callable[[WaitingStart], Awaitable[None]]
Withdraw = Callable[[UUID], Awaitable[None]]
Arrive = Callable[[str], Awaitable[None]]

_BATCH = 500
# A request this young is being started by the API that made it.
_SETTLED_AFTER_SECONDS = 10.0


@dataclass(frozen=True)
class Reconcile:
    """Needs the store, the ways to start and end a request's workflow, and to announce arrivals."""

    store: Store
    start: Start
    withdraw: Withdraw
    arrivals_waiting: Arrive

    @activity.defn
    async def reconcile(self) -> Reconciled:
        """Start what is missing and end what is not wanted, up to a batch of each.

        Safe to run twice: a running workflow is not started again, an ended one not signalled.
        """
        missing = await self.store.requests.not_started(_SETTLED_AFTER_SECONDS, _BATCH)
        for request in missing:
            await self.start(request)
            await self.store.requests.workflow_started(request.id)
            activity.heartbeat()
        unwanted = await self.store.requests.withdrawals(_BATCH)
        for request_id in unwanted:
            await self.withdraw(request_id)
            await self.store.requests.withdrawn(request_id)
            activity.heartbeat()
        for site in await self.store.stock.sites_with_arrivals(_SETTLED_AFTER_SECONDS):
            await self.arrivals_waiting(site)
            activity.heartbeat()
        await self.store.idempotency.forget_expired()
        return Reconciled(started=len(missing), withdrawn=len(unwanted))
