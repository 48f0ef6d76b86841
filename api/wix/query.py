"""Listing and counting requests: by GET with `.r`, by GET with dotted parameters, by POST."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from api.auth import Owner
from api.services import Served, Services
from api.violations import invalid_query, invalid_request
from api.wix.models import RequestBody
from api.wix.parameters import json_of_parameters
from api.wix.query_models import (
    CountBody,
    CountReply,
    CountsBody,
    Cursors,
    PagingMetadata,
    QueryBody,
    QueryReply,
)
from domain.query import QueryError, parse_query
from store.records import RequestRecord

router = APIRouter(tags=["Requests"])

Encoded = Annotated[
    str | None,
    Query(
        alias=".r",
        description="The whole request as JSON, in base64url, at most 48 KiB. Comes before all "
        "other parameters.",
    ),
]


@router.get("", summary="Query requests")
async def query_back_in_stock_notification_requests_by_get(
    http: Request, caller: Owner, services: Served, encoded: Encoded = None
) -> QueryReply:
    """The same as the POST, for clients that send the query in the address."""
    given = json_of_parameters(encoded, http.query_params.multi_items())
    return await _page(services, caller.site, given.get("query"))


@router.post("/query", summary="Query requests by POST")
async def query_back_in_stock_notification_requests(
    body: QueryBody, caller: Owner, services: Served
) -> QueryReply:
    """Filter, sort and page through the requests of the site."""
    return await _page(services, caller.site, body.query)


@router.get("/count-by-catalog-reference", summary="Count open requests of items")
async def get_back_in_stock_notification_requests_count_by_catalog_references(
    http: Request, caller: Owner, services: Served, encoded: Encoded = None
) -> CountReply:
    """How many shoppers wait for each of up to 100 items, in the order asked."""
    given = json_of_parameters(encoded, http.query_params.multi_items())
    try:
        references = CountBody.model_validate(given).catalog_references
    except ValidationError as error:
        raise invalid_request(error.errors()) from None
    keys = [reference.reference().item_key for reference in references]
    counts = await services.store.requests.count_open(caller.site, keys)
    return CountReply(
        counts_per_catalog_reference=[
            CountsBody(catalog_reference=reference, count=counts.get(key, 0))
            for reference, key in zip(references, keys, strict=True)
        ]
    )


async def _page(services: Services, site: str, raw: Any) -> QueryReply:
    cursor_key = await services.store.sites.cursor_key(site)
    try:
        query = parse_query(raw, cursor_key=cursor_key, scope=site)
    except QueryError as error:
        raise invalid_query(error) from None
    page = await services.store.listing.page(site, query)
    metadata = PagingMetadata(count=len(page.rows))
    if query.offset is None:
        metadata.cursors = Cursors(next=page.next_cursor, prev=page.prev_cursor)
    else:
        metadata.offset = query.offset
        metadata.total = await services.store.listing.total(site, query)
    requests = [RequestBody.of(RequestRecord.of(row)) for row in page.rows]
    return QueryReply(requests=requests, metadata=metadata)
