"""`/console/requests`: all requests of the shop, found by status, item, address and date."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from api.console.pages import page
from api.console.requests.csv_cells import BYTE_ORDER_MARK, csv_line
from api.console.requests.filters import Filtered, most_counted, understood
from api.console.requests.filters import query_of as listing_query
from api.console.session import Signed
from api.services import Served, Services
from api.violations import invalid_query
from domain.contracts import PAGE_SIZE
from domain.plain_words import STATUSES, step_in_words
from domain.query import Query as ListingQuery
from domain.query import QueryError
from domain.status import Status
from store.records import RequestRecord

router = APIRouter(prefix="/requests")

_COLUMNS = (
    "Request id",
    "Asked",
    "Address",
    "Item",
    "Item id",
    "Options",
    "Quantity",
    "Language",
    "Status",
    "Told by Restock",
)

Cursor = Annotated[str, Query(max_length=16_000)]


@router.get("")
async def list_requests(
    request: Request, visitor: Signed, services: Served, asked: Filtered, cursor: Cursor = ""
) -> HTMLResponse:
    store, site = services.store, visitor.site
    found = await understood(store, site, asked, visitor.time_zone)
    query = await _query(services, site, found.raw, cursor)
    listed = await store.listing.page(site, query)
    rows = [RequestRecord.of(row) for row in listed.rows]
    without_status = {name: part for name, part in found.raw.items() if name != "status"}
    most = most_counted(without_status)
    counts = await store.listing.counts(site, await _query(services, site, without_status), most)
    return page(
        request,
        visitor,
        "requests/list.html",
        asked=asked,
        found=found,
        rows=rows,
        glances=await store.requested_items.glances(site, [row.id for row in rows]),
        counts=counts,
        matching=counts[Status(asked.status)] if asked.status else sum(counts.values()),
        most_counted=most,
        statuses=STATUSES,
        step_in_words=step_in_words,
        next=listed.next_cursor and asked.href(cursor=listed.next_cursor),
        prev=listed.prev_cursor and asked.href(cursor=listed.prev_cursor),
    )


@router.get("/export.csv")
async def export_requests(visitor: Signed, services: Served, asked: Filtered) -> StreamingResponse:
    """What a filter finds, newest first, for a spreadsheet; read page by page as it is written."""
    found = await understood(services.store, visitor.site, asked, visitor.time_zone)
    query = await _query(services, visitor.site, found.raw)
    lines = _lines(services, visitor.site, replace(query, limit=PAGE_SIZE), visitor.time_zone)
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="requests.csv"'},
    )


async def _lines(
    services: Services, site: str, query: ListingQuery, zone: str
) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_line(_COLUMNS)
    async for rows in services.store.listing.pages(site, query):
        yield "".join(_line(RequestRecord.of(row), ZoneInfo(zone)) for row in rows)


def _line(request: RequestRecord, zone: ZoneInfo) -> str:
    told = {True: "yes", False: "no", None: None}[request.auto_notified]
    return csv_line(
        (
            request.id,
            request.created_date.astimezone(zone).isoformat(timespec="seconds"),
            request.email,
            request.item.name,
            request.catalog_item_id,
            request.options and json.dumps(request.options, ensure_ascii=False),
            request.quantity,
            request.locale,
            STATUSES[request.status],
            told,
        )
    )


async def _query(
    services: Services, site: str, raw: dict[str, object], cursor: str = ""
) -> ListingQuery:
    try:
        return await listing_query(services.store, site, raw, cursor)
    except QueryError as error:
        raise invalid_query(error) from None
