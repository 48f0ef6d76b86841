"""Notes that a restock is paused, goes on, or is stopped."""

from dataclasses import dataclass

from temporalio import activity

from domain.holding import STOPPED, Holding
from store.store import Store

_PAGE = 5000


@dataclass(frozen=True)
class HoldRestock:
    """Needs the store. Safe to run twice."""

    store: Store

    @activity.defn
    async def hold_restock(self, holding: Holding) -> None:
        """From now on only news begins the restock again: it is paused, and not overlooked."""
        await self.store.holds.hold(holding)

    @activity.defn
    async def release_restock(self, holding: Holding) -> None:
        """The restock goes on after a pause."""
        await self.store.holds.release(holding)

    @activity.defn
    async def stop_restock(self, holding: Holding) -> int:
        """Hold the restock, and say in the timeline of each who still waits that it was stopped.

        Returns how many these are.
        """
        holds, count = self.store.holds, 0
        await holds.hold(holding)
        async for ids in holds.left(holding, _PAGE):
            await holds.wait_on(holding.site, ids, f"not announced: {STOPPED}")
            count += len(ids)
            activity.heartbeat()
        if holding.restock_id and count:
            await holds.log_stop(holding.site, holding.restock_id, STOPPED, count)
        return count
