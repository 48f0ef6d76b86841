"""Starts the restock of every item that came in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from temporalio import activity

from activities.each import for_each
from store.records import Arrival
from store.store import Store

StartRestock = Callable[[str, Arrival], Awaitable[None]]
"""Starts or joins the restock of what came in to a site; safe to repeat."""

_BATCH = 500


@dataclass(frozen=True)
class AnnounceArrivals:
    """Needs the store, and the way to start a restock."""

    store: Store
    start_restock: StartRestock

    @activity.defn
    async def announce_arrivals(self, site: str) -> int:
        """Start the restocks of what came in, until nothing is left; returns how many.

        An arrival is forgotten once its restock was told of it. After a crash in between it is
        told again, and knows it by its id.
        """
        begun = 0
        while arrivals := await self.store.stock.next_arrivals(site, _BATCH):
            await for_each(arrivals, partial(self.start_restock, site))
            ids = [arrival.restock_id for arrival in arrivals]
            await self.store.stock.arrivals_begun(site, ids)
            begun += len(arrivals)
        return begun
