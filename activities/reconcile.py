"""Finds what was missed while something was down, and has it done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from temporalio import activity

from activities.signal_requests import SignalRequests
from domain.bulk import Bulk
from domain.contracts import QueuePosition
from domain.messages import Message
from domain.reconciling import AwaitedItem, Found, LookedAt, Reconciled
from store.records import WaitingStart
from store.store import Store

Start = Callable[[WaitingStart], Awaitable[None]]
Withdraw = Callable[[UUID], Awaitable[None]]
OfSite = Callable[[str], Awaitable[None]]
StartBulk = Callable[[Bulk], Awaitable[None]]
StartMessage = Callable[[Message], Awaitable[None]]

_BATCH = 500
_BATCH_OF_ITEMS = 5000
# A request this young is being started by the API that made it.
_SETTLED_AFTER_SECONDS = 10.0
# Longer than a page of a restock takes. Where a mail is only waiting for its next attempt, its
# workflow drops the signal.
_STUCK_AFTER = timedelta(minutes=10)
# A shopper who finds an item sold out knows better than a stock level of yesterday.
_LEVEL_IS_FRESH = timedelta(days=1)
# Policies change: what waits in stock is looked at anew.
_LOOK_AGAIN_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Reconcile:
    """Needs the store, and the ways to reach the workflows."""

    store: Store
    requests: SignalRequests
    start: Start
    withdraw: Withdraw
    arrivals_waiting: OfSite
    mail_recovered: OfSite
    start_bulk: StartBulk
    start_message: StartMessage

    @activity.defn
    async def reconcile(self, last: Reconciled | None = None) -> Reconciled:
        """Do what was left undone, up to a batch of each; go on after where `last` ended.

        1. Start the workflows of requests, of messages and of bulk actions that have none.
        2. Let requests expire that have waited for as long as their site's policy says, or that
           nobody confirmed.
        3. End the workflows of requests that are gone.
        4. Signal requests again that have been told for suspiciously long: their workflow may have
           been ended by hand, or their restock.
        5. Note items that are in stock and that nobody has announced to somebody who waits, and
           have them announced, with what else came in and was left.
        6. Have owners told whose mail goes out again.
        7. Forget what has been kept for long enough: replies, reports of imports, and what
           shoppers ended.

        Safe to run twice: a running workflow is not started again, an ended one not signalled.
        """
        looked_at = last.looked_at if last else LookedAt()
        started = await self._start_missing()
        expired = await self.store.overlooked.expire(_BATCH)
        expired += await self.store.confirmations.forget(_BATCH)
        withdrawn = await self._withdraw()
        taken_up, being_told = await self._take_up(looked_at.being_told)
        restocks, items = await self._announce_overlooked(looked_at.items)
        outages = await self.store.overlooked.outages_to_tell()
        for site in outages:
            await self.mail_recovered(site)
        await self.store.idempotency.forget_expired()
        await self.store.imports.forget_old()
        await self.store.own_requests.forget_ended()
        found = Reconciled(
            started=started,
            expired=expired,
            withdrawn=withdrawn,
            taken_up=taken_up,
            restocks=restocks,
            outages=len(outages),
            looked_at=LookedAt(being_told=being_told, items=items),
        )
        _measure(found)
        return found

    async def _start_missing(self) -> int:
        missing = await self.store.requests.not_started(_SETTLED_AFTER_SECONDS, _BATCH)
        for request in missing:
            await self.start(request)
            await self.store.requests.workflow_started(request.id)
            activity.heartbeat()
        return len(missing) + await self._start_owners()

    async def _start_owners(self) -> int:
        """What the owner wanted while Temporal was away."""
        messages = await self.store.messages.not_started(_SETTLED_AFTER_SECONDS, _BATCH)
        for message in messages:
            await self.start_message(message)
            await self.store.messages.started(message.message_id)
        bulks = await self.store.bulks.not_started(_SETTLED_AFTER_SECONDS, _BATCH)
        for bulk in bulks:
            await self.start_bulk(bulk)
            await self.store.bulks.started(bulk.bulk_id)
        return len(messages) + len(bulks)

    async def _withdraw(self) -> int:
        unwanted = await self.store.requests.withdrawals(_BATCH)
        for request_id in unwanted:
            await self.withdraw(request_id)
            await self.store.requests.withdrawn(request_id)
            activity.heartbeat()
        return len(unwanted)

    async def _take_up(self, after: QueuePosition | None) -> tuple[int, QueuePosition | None]:
        """How many had ended, and where to go on; none at the end of the list."""
        told = await self.store.overlooked.being_told(_STUCK_AFTER, after, _BATCH)
        ended = 0
        for request in told:
            ended += await self.requests.signal_again(request)
            activity.heartbeat()
        return ended, told[-1].position if len(told) == _BATCH else None

    async def _announce_overlooked(
        self, after: AwaitedItem | None
    ) -> tuple[int, AwaitedItem | None]:
        """How many items, and where to go on; none at the end of the list."""
        overlooked = self.store.overlooked
        items = await overlooked.awaited_items(after, _BATCH_OF_ITEMS)
        noted = await overlooked.note_arrivals(items, _LEVEL_IS_FRESH, _LOOK_AGAIN_AFTER)
        left = await self.store.stock.sites_with_arrivals(_SETTLED_AFTER_SECONDS)
        for site in sorted({*noted, *left}):
            await self.arrivals_waiting(site)
            activity.heartbeat()
        return len(noted), items[-1] if len(items) == _BATCH_OF_ITEMS else None


def _measure(found: Found) -> None:
    """Count what was found, for Prometheus and the like, by what it was."""
    counter = activity.metric_meter().create_counter(
        "restock_reconciler_found", "What the reconciler found to do."
    )
    for what in Found.model_fields:
        counter.add(getattr(found, what), {"what": what})
