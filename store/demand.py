"""What shoppers wait for: items by how many want them. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.database import Pool, load_queries
from store.records import ShownItem, WantedItem

_sql = load_queries("demand")


@dataclass(frozen=True)
class Demand:
    """The queues of a site, item by item."""

    pool: Pool

    async def wanted_items(
        self, site: str, after: tuple[int, str] | None, limit: int
    ) -> list[WantedItem]:
        """The items most shoppers wait for; those after a number of shoppers and an item key."""
        shoppers, item_key = after or (None, "")
        rows = _sql.wanted_items(
            self.pool, site=site, after_shoppers=shoppers, after_key=item_key, limit=limit
        )
        return [WantedItem.of(row) async for row in rows]

    async def shown_items(self, site: str, item_keys: Sequence[str]) -> dict[str, ShownItem]:
        """What items are called, cost, and how many there are; those that nobody wants are not."""
        rows = _sql.shown_items(self.pool, site=site, item_keys=list(item_keys))
        return {row["item_key"]: ShownItem.of(row) async for row in rows}

    async def asked_by_day(
        self, site: str, item_keys: Sequence[str], days: Sequence[datetime]
    ) -> dict[str, list[int]]:
        """How many of those who wait for each item asked on which day.

        `days`: when each begins, one after another.
        """
        counts = {item_key: [0] * len(days) for item_key in item_keys}
        rows = _sql.asked_by_day(self.pool, site=site, item_keys=list(item_keys), days=list(days))
        async for row in rows:
            counts[row["item_key"]][row["day"]] = row["count"]
        return counts
