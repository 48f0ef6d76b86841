"""Does to a page of requests what the owner wants done to many."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.each import for_each
from domain.bulk import Bulk, BulkAction, BulkProgress
from domain.contracts import PAGE_SIZE, ReportedSignal
from domain.query import Page, find_owner_column, parse_query
from store.bulk import BulkRecord
from store.database import Row
from store.records import RequestRecord
from store.store import Store

Mark = Callable[[str, RequestRecord], Awaitable[None]]
Report = Callable[[str, tuple[UUID, ...], ReportedSignal], Awaitable[None]]
Withdraw = Callable[[UUID], Awaitable[None]]

_OLDEST_FIRST = [{"fieldName": "createdDate", "order": "ASC"}]


@dataclass(frozen=True)
class ApplyBulk:
    """Needs the store, and the ways to reach the workflows of requests."""

    store: Store
    mark: Mark
    report: Report
    withdraw: Withdraw

    @activity.defn
    async def apply_bulk(self, bulk: Bulk) -> BulkProgress:
        """Do the next page of a bulk action, up to 500 requests, and say how far it is.

        Requests that came after the action are left alone, and so are those whose status does not
        allow it any more. Safe to run twice: what is done is done to none a second time.
        """
        record = await self.store.bulks.get(bulk.site, bulk.bulk_id)
        if record is None or record.finished_date:
            return record.progress if record else BulkProgress(finished=True)
        page = await self._page(record)
        requests = [RequestRecord.of(row) for row in page.rows]
        done = await self._act(record, requests)
        await self.store.bulks.advance(record, page.next_cursor, len(requests), done)
        now = await self.store.bulks.get(bulk.site, bulk.bulk_id)
        return now.progress if now else BulkProgress(finished=True)

    async def _page(self, bulk: BulkRecord) -> Page[Row]:
        before = {"createdDate": {"$lte": bulk.created_date.isoformat()}}
        allowed = {"status": {"$in": sorted(bulk.action.statuses)}}
        whole: dict[str, Any] = {
            "filter": {"$and": [bulk.filter, before, allowed]},
            "sort": _OLDEST_FIRST,
        }
        query = parse_query(
            {"cursorPaging": {"cursor": bulk.place}} if bulk.place else whole,
            cursor_key=await self.store.sites.cursor_key(bulk.site),
            scope=bulk.site,
            find_field=find_owner_column,
        )
        return await self.store.listing.page(bulk.site, replace(query, limit=PAGE_SIZE))

    async def _act(self, bulk: BulkRecord, requests: Sequence[RequestRecord]) -> int:
        """Do it to each; returns to how many."""
        ids = tuple(each.id for each in requests)
        match bulk.action:
            case BulkAction.MARK:
                await for_each(requests, lambda each: self.mark(bulk.site, each))
            case BulkAction.ANNOUNCE:
                await self._report(bulk.site, ids)
            case BulkAction.RETRY:
                return await self._retry(bulk, ids)
            case BulkAction.DELETE:
                await for_each(ids, lambda each: self._delete(bulk.site, each))
        return len(requests)

    async def _retry(self, bulk: BulkRecord, ids: Sequence[UUID]) -> int:
        count = 0
        failed = self.store.failed.pages(bulk.site, ids=ids, with_unknown=bulk.with_unknown)
        async for page in failed:
            await self._report(bulk.site, tuple(page))
            count += len(page)
        return count

    async def _report(self, site: str, ids: tuple[UUID, ...]) -> None:
        if ids:
            await self.report(site, ids, ReportedSignal())

    async def _delete(self, site: str, request_id: UUID) -> None:
        await self.store.requests.delete(site, request_id)
        await self.withdraw(request_id)
        await self.store.requests.withdrawn(request_id)
