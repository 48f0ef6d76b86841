"""Sums up a restock once its mails have gone out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from activities.retry import try_again
from domain.contracts import Counting, RestockOutcome
from store.store import Store


@dataclass(frozen=True)
class CountOutcomes:
    """Needs the store."""

    store: Store

    @activity.defn
    async def count_outcomes(self, counting: Counting) -> RestockOutcome:
        """How the requests of a restock stand.

        While some are still being sent it raises `ApplicationError`, so that Temporal asks again;
        after the patience it returns how they stand then.
        """
        outcome = await self.store.restocks.outcomes(counting.site, counting.restock_ids)
        waited = datetime.now(UTC) - activity.info().scheduled_time
        if outcome.still_sending and waited.total_seconds() < counting.patience_seconds:
            raise try_again(
                "StillSending",
                f"{outcome.still_sending} of {outcome.reached} are still being sent",
            )
        return outcome
