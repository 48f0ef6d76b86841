"""Listing and counting requests, in each of the three spellings clients use."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from shop import BASE, STORES, Shop


def encoded(request: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(request).encode()).decode().rstrip("=")


async def ask_many(shop: Shop, count: int) -> list[str]:
    return [await shop.ask(f"s{number}-{uuid4().hex[:6]}@example.com") for number in range(count)]


async def listed(shop: Shop, query: Any) -> Any:
    reply = await shop.call("POST", f"{BASE}/query", {"query": query})
    assert reply.status_code == 200, reply.text
    return reply.json()


def ids(page: Any) -> list[str]:
    return [request["id"] for request in page["requests"]]


async def test_the_newest_requests_come_first_when_nothing_is_asked(shop: Shop) -> None:
    asked = await ask_many(shop, 3)
    page = await listed(shop, {})
    assert ids(page) == asked[::-1]
    assert page["metadata"] == {"count": 3, "cursors": {}}


async def test_a_cursor_walks_all_pages_and_back(shop: Shop) -> None:
    asked = await ask_many(shop, 5)
    first = await listed(shop, {"cursorPaging": {"limit": 2}})
    second = await listed(
        shop, {"cursorPaging": {"limit": 2, "cursor": first["metadata"]["cursors"]["next"]}}
    )
    third = await listed(
        shop, {"cursorPaging": {"limit": 2, "cursor": second["metadata"]["cursors"]["next"]}}
    )
    assert ids(first) + ids(second) + ids(third) == asked[::-1]
    assert "next" not in third["metadata"]["cursors"]
    back = await listed(
        shop, {"cursorPaging": {"limit": 2, "cursor": second["metadata"]["cursors"]["prev"]}}
    )
    assert ids(back) == ids(first)


async def test_offset_paging_tells_offset_and_total(shop: Shop) -> None:
    asked = await ask_many(shop, 3)
    page = await listed(shop, {"paging": {"limit": 2, "offset": 1}})
    assert ids(page) == asked[::-1][1:]
    assert page["metadata"] == {"count": 2, "offset": 1, "total": 3}


async def test_the_same_query_by_get_with_r_and_with_dotted_names(shop: Shop) -> None:
    first, second = await ask_many(shop, 2)
    await shop.call("PUT", f"{BASE}/{first}/mark-as-notification-sent")
    query = {"filter": {"status": "RECEIVED"}, "cursorPaging": {"limit": 10}}
    by_post = await listed(shop, query)
    by_r = (await shop.call("GET", BASE, params={".r": encoded({"query": query})})).json()
    dotted = {"query.filter.status": "RECEIVED", "query.cursorPaging.limit": "10"}
    by_dots = (await shop.call("GET", BASE, params=dotted)).json()
    assert ids(by_post) == ids(by_r) == ids(by_dots) == [second]
    both = {".r": encoded({"query": query}), "query.filter.status": "FAILED"}
    assert ids((await shop.call("GET", BASE, params=both)).json()) == [second]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"filter": {"email": "x"}}, "query.filter.email"),
        ({"filter": {"status": {"$in": ["GONE"]}}}, "query.filter.status.$in[0]"),
        ({"sort": [{"fieldName": "email"}]}, "query.sort[0].fieldName"),
        ({"cursorPaging": {"limit": 101}}, "query.cursorPaging.limit"),
        ({"cursorPaging": {"cursor": "forged"}}, "query.cursorPaging.cursor"),
    ],
)
async def test_a_wrong_query_names_the_field(shop: Shop, query: Any, field: str) -> None:
    reply = await shop.call("POST", f"{BASE}/query", {"query": query})
    assert reply.status_code == 400
    (violation,) = reply.json()["details"]["validationError"]["fieldViolations"]
    assert violation["field"] == field


async def test_a_cursor_of_another_site_is_refused(shop: Shop, other_shop: Shop) -> None:
    await ask_many(shop, 2)
    cursor = (await listed(shop, {"cursorPaging": {"limit": 1}}))["metadata"]["cursors"]["next"]
    query = {"cursorPaging": {"limit": 1, "cursor": cursor}}
    reply = await other_shop.call("POST", f"{BASE}/query", {"query": query})
    assert reply.status_code == 400


async def test_counts_are_of_open_requests_in_the_order_asked(shop: Shop) -> None:
    await ask_many(shop, 2)
    done = await shop.ask(f"done-{uuid4().hex[:6]}@example.com")
    await shop.call("PUT", f"{BASE}/{done}/mark-as-notification-sent")
    items = ["nobody-waits", "orchid"]
    references = [{"appId": STORES, "catalogItemId": item} for item in items]
    path, request = f"{BASE}/count-by-catalog-reference", {"catalogReferences": references}
    counts = (await shop.call("GET", path, params={".r": encoded(request)})).json()
    assert counts["countsPerCatalogReference"] == [
        {"catalogReference": references[0], "count": 0},
        {"catalogReference": references[1], "count": 2},
    ]


@pytest.mark.parametrize("request_", [None, {"catalogReferences": []}, {}])
async def test_counting_nothing_is_refused(shop: Shop, request_: Any) -> None:
    params = {} if request_ is None else {".r": encoded(request_)}
    reply = await shop.call("GET", f"{BASE}/count-by-catalog-reference", params=params)
    assert reply.status_code == 400
    violations = reply.json()["details"]["validationError"]["fieldViolations"]
    assert violations[0]["field"] == "catalogReferences"


@pytest.mark.parametrize("broken", ["%%%", "bm90IGpzb24", "WzFd"])
async def test_a_broken_r_is_refused(shop: Shop, broken: str) -> None:
    reply = await shop.call("GET", BASE, params={".r": broken})
    assert reply.status_code == 400
