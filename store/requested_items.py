"""Items that somebody asked for: found by what they are called, and named in lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from store.database import Pool, load_queries
from store.records import Record

_sql = load_queries("requested_items")
_MOST_LOOKED_AT = 5000


class FoundItem(Record):
    """An item and what it is called."""

    item_key: str
    title: str


class Glance(Record):
    """What a list says of a request: its item's name, and the last step of its timeline."""

    id: UUID
    title: str
    kind: str
    detail: str


@dataclass(frozen=True)
class RequestedItems:
    """The items of the requests of a site, open or not."""

    pool: Pool

    async def find(self, site: str, words: str, limit: int) -> list[FoundItem]:
        """Items whose name or id holds these words, or whose key they are.

        Only the first 5,000 items of a site are looked at.
        """
        rows = _sql.find_items(
            self.pool, site=site, words=words, most_looked_at=_MOST_LOOKED_AT, limit=limit
        )
        return [FoundItem.of(row) async for row in rows]

    async def glances(self, site: str, request_ids: Sequence[UUID]) -> dict[UUID, Glance]:
        """What to say of requests in a list; those that are gone are left out."""
        rows = _sql.glances(self.pool, site=site, ids=list(request_ids))
        return {row["id"]: Glance.of(row) async for row in rows}
