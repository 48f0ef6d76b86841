"""What shoppers do themselves, by the links in their mails: see, end and ask again."""

from dataclasses import dataclass
from uuid import UUID

from domain.catalog import Wanted
from store.database import Pool, load_queries
from store.records import OwnRequest, RequestRecord, Shopper
from store.requests import Requests

_sql = load_queries("own_requests")
_MOST_SHOWN = 200
_KEPT_DAYS = 30


@dataclass(frozen=True)
class OwnRequests:
    """Over the contacts of all sites; every method takes the site."""

    pool: Pool

    async def shopper(self, site: str, contact_id: UUID) -> Shopper | None:
        """Who a shopper is, and of which shop; none where erased."""
        row = await _sql.shopper(self.pool, site=site, contact_id=contact_id)
        return None if row is None else Shopper.of(row)

    async def requests(self, site: str, contact_id: UUID) -> list[OwnRequest]:
        """What a shopper asked for and has not been told of, the oldest first, up to 200."""
        rows = _sql.own_requests(self.pool, site=site, contact_id=contact_id, limit=_MOST_SHOWN)
        return [OwnRequest.of(row) async for row in rows]

    async def ended(self, site: str, contact_id: UUID) -> list[OwnRequest]:
        """What a shopper ended in the last 30 days, the last one first, up to 200."""
        rows = _sql.ended(self.pool, site=site, contact_id=contact_id, limit=_MOST_SHOWN)
        return [OwnRequest.of(row) async for row in rows]

    async def end(self, site: str, contact_id: UUID, request_id: UUID | None = None) -> list[UUID]:
        """End one request of a shopper, or all; no mail goes out any more. Safe to repeat.

        Returns those that were ended now; their workflows are told afterwards.
        """
        rows = _sql.end_requests(self.pool, site=site, contact_id=contact_id, id=request_id)
        return [row["request_id"] async for row in rows]

    async def resume(self, site: str, contact_id: UUID, ended_id: UUID) -> RequestRecord | None:
        """Make a request again that its shopper ended, in its old place in the queue.

        None where it was not ended, or the shopper has asked for the item anew.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            row = await _sql.take_ended(connection, site=site, contact_id=contact_id, id=ended_id)
            if row is None:
                return None
            wanted = Wanted.model_validate(row["wanted"])
            return await Requests(connection).resume(site, wanted, row["created_date"])

    async def forget_ended(self) -> None:
        """Forget what was ended 30 days ago."""
        await _sql.forget_ended(self.pool, days=_KEPT_DAYS)
