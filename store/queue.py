"""The queue of an item, as the owner looks at it: nothing here is claimed or changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.announcing import Candidate
from domain.contracts import PAGE_SIZE, Announcement, Page, QueuePosition, ReportedSignal
from domain.matching import Audience
from domain.outlook import Standing
from domain.policy import Order
from store.database import Pool, load_queries
from store.records import MailContent
from store.restocks import Restocks

_sql = load_queries("queue")


@dataclass(frozen=True)
class Queue:
    """Who waits for an item, and what awaits them."""

    pool: Pool

    async def head(
        self, site: str, item_key: str, audience: Audience, order: Order, limit: int
    ) -> list[Candidate]:
        """The first of those who wait, as a new restock would look at them: page by page."""
        found: list[Candidate] = []
        page = Page(
            site=site, item_key=item_key, audience=audience, request_ids=(), announcement=_new()
        )
        while len(found) < limit:
            size = min(PAGE_SIZE, limit - len(found))
            part = await Restocks(self.pool).candidates(page, order, size)
            found += part
            if len(part) < size:
                break
            page = page.model_copy(update={"announcement": _new(after=part[-1].position)})
        return found

    async def candidate(self, site: str, request_id: UUID) -> Candidate | None:
        """One request, as a new restock would look at it. None where nobody could tell it."""
        page = Page(site=site, item_key="", request_ids=(request_id,), announcement=_new())
        found = await Restocks(self.pool).candidates(page, Order.OLDEST, limit=1)
        return next(iter(found), None)

    async def count(self, site: str, item_key: str, audience: Audience) -> int:
        """How many wait of an audience without a feed."""
        count: int = await _sql.count_audience(
            self.pool,
            site=site,
            item_key=item_key,
            locale=audience.locale,
            external_id=audience.external_id,
        )
        return count

    async def addresses(self, site: str, request_ids: Sequence[UUID]) -> dict[UUID, str]:
        """The addresses of requests; those that were deleted meanwhile are left out."""
        rows = _sql.addresses(self.pool, site=site, ids=list(request_ids))
        return {row["id"]: row["email"] async for row in rows}

    async def standing(self, site: str, request_id: UUID) -> Standing | None:
        """Where a request stands in the queue of its item. None where it does not wait."""
        row = await _sql.standing(self.pool, site=site, id=request_id)
        return None if row is None else Standing.model_validate(dict(row))

    async def mail_content(self, site: str, request_id: UUID) -> MailContent | None:
        """What the mail of a request would say. None where the request is gone."""
        row = await _sql.mail_content(self.pool, site=site, id=request_id)
        return None if row is None else MailContent.of(row)


def _new(after: QueuePosition | None = None) -> Announcement:
    return Announcement(restock_id=uuid4(), report=ReportedSignal(), after=after)
