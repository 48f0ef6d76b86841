"""How long one page of a listing takes, and which index serves it."""

import dataclasses
import json
import statistics
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.lines import Line, Plan
from cli.embedded.postgres import database_of
from domain.query import Query, parse_query, translate
from store.migrations import migrate
from store.store import Store, open_store

_SITE = "main"
_KEY = b"benchmark"
_RUNS = 25
_SLOWEST_MS = 100.0
_NEXT_PAGE = "the page after it"
_NEWEST = [{"fieldName": "createdDate", "order": "DESC"}]


def _sorted_by(field: str, order: str = "ASC") -> list[dict[str, str]]:
    return [{"fieldName": field, "order": order}]


async def run(plan: Plan) -> list[Line]:
    """The first page and the one after it, of every documented filter and sort."""
    with tempfile.TemporaryDirectory(prefix="restock-bench-") as folder:
        async with database_of(Path(folder), create=True) as dsn:
            await migrate(dsn)
            async with open_store(dsn, connections=2) as store:
                plan.tell(f"listing: filling the database with {plan.rows:,} requests")
                await fill(store, plan.rows)
                return [*await _pages(store, plan), await deep_page(store)]


async def _pages(store: Store, plan: Plan) -> list[Line]:
    lines = []
    for name, raw in (await cases(store)).items():
        plan.tell(f"listing: {name}")
        lines.append(await measure(store, name, raw))
    return lines


async def fill(store: Store, rows: int) -> None:
    """Fill the empty database with `rows` requests."""
    script = resources.files("benchmarks").joinpath("fill.sql").read_text().format(rows=rows)
    async with store.pool.acquire() as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                await connection.execute(statement, timeout=1800)


async def cases(store: Store) -> dict[str, dict[str, Any]]:
    """Queries over every documented filter and sort."""
    row = await store.pool.fetchrow(
        "SELECT id, contact_id, item_url, created_date FROM requests "
        "WHERE site = $1 AND item_url IS NOT NULL ORDER BY created_date LIMIT 1 OFFSET 10000",
        _SITE,
    )
    assert row
    filters: dict[str, Any] = {
        "everything": {},
        "id": {"id": str(row["id"])},
        "id $startsWith": {"id": {"$startsWith": str(row["id"])[:5]}},
        "contactId": {"contactId": str(row["contact_id"])},
        "status RECEIVED": {"status": "RECEIVED"},
        "status FAILED": {"status": "FAILED"},
        "status $ne": {"status": {"$ne": "NOTIFICATION_SENT"}},
        "autoNotified false": {"autoNotified": False},
        "autoNotified missing": {"autoNotified": {"$exists": False}},
        "createdDate $lt": {"createdDate": {"$lt": row["created_date"].isoformat()}},
        "itemUrl": {"itemUrl": row["item_url"]},
        "itemUrl $startsWith": {
            "itemUrl": {"$startsWith": "https://SHOP.example/products/orchid-4"}
        },
        "itemUrl missing": {"itemUrl": {"$exists": False}},
    }
    by_filter = {name: {"filter": given, "sort": _NEWEST} for name, given in filters.items()}
    fields = ("id", "contactId", "status", "autoNotified", "createdDate", "itemUrl")
    by_sort = {
        f"sort {field} {order}": {"sort": _sorted_by(field, order)}
        for field in fields
        for order in ("ASC", "DESC")
    }
    return by_filter | by_sort | _SLOW


# What no index serves, so that nobody is surprised: see docs/decisions/0003-query-language.md.
_SLOW: dict[str, dict[str, Any]] = {
    "two sorts, of opposite orders": {"sort": [*_sorted_by("status"), *_NEWEST]},
    "itemUrl $startsWith, sorted by it": {
        "filter": {"itemUrl": {"$startsWith": "https://shop.example/products/orchid-4999"}},
        "sort": _sorted_by("itemUrl"),
    },
    "two conditions that seldom meet": {
        "filter": {"status": "FAILED", "autoNotified": False},
        "sort": _NEWEST,
    },
}


async def measure(store: Store, name: str, raw: dict[str, Any]) -> Line:
    """Milliseconds of the first page and, beside it, of the one after it; the index used."""
    first = parse_query(raw | {"cursorPaging": {"limit": 50}}, cursor_key=_KEY, scope=_SITE)
    page = await store.listing.page(_SITE, first)
    second: list[float] = []
    if page.next_cursor:
        following = {"cursorPaging": {"limit": 50, "cursor": page.next_cursor}}
        query = parse_query(following, cursor_key=_KEY, scope=_SITE)
        second = [await _median(store, query)]
    values, note = [await _median(store, first)], await _index(store, first)
    return Line(f"page of 50: {name}", "ms", values, second, _NEXT_PAGE, note=note)


async def deep_page(store: Store) -> Line:
    """The same page, 9,950 rows deep: reached by a cursor, and the plain way, by an offset."""
    raw = {"sort": _NEWEST, "paging": {"limit": 50, "offset": 9950}}
    offset = parse_query(raw, cursor_key=_KEY, scope=_SITE)
    before = parse_query(
        {"sort": _NEWEST, "paging": {"limit": 1, "offset": 9949}}, cursor_key=_KEY, scope=_SITE
    )
    (row,) = (await store.listing.page(_SITE, before)).rows
    start = parse_query({"sort": _NEWEST}, cursor_key=_KEY, scope=_SITE)
    values = tuple(row[key.field.column] for key in start.listing.sort)
    cursor = dataclasses.replace(start, place=dataclasses.replace(start.place, values=values))
    by_cursor, by_offset = [await _median(store, cursor)], [await _median(store, offset)]
    return Line("page of 50, 9,950 rows deep, by cursor", "ms", by_cursor, by_offset, "by offset")


async def _median(store: Store, query: Query) -> float:
    times = [await _time(store, query)]
    runs = _RUNS if times[0] < _SLOWEST_MS else 3
    times += [await _time(store, query) for _ in range(runs)]
    # The first run also prepares the statement.
    return round(statistics.median(times[1:]), 2)


async def _time(store: Store, query: Query) -> float:
    started = time.perf_counter()
    await store.listing.page(_SITE, query)
    return (time.perf_counter() - started) * 1000


async def _index(store: Store, query: Query) -> str:
    sql = translate(query)
    plan = await store.pool.fetchval(
        f"EXPLAIN (FORMAT JSON) SELECT * FROM requests r WHERE r.site = $1 AND ({sql.where}) "
        f"ORDER BY {sql.order_by} LIMIT {sql.limit}",
        _SITE,
        *sql.parameters,
    )
    nodes = [json.loads(plan)[0]["Plan"]]
    names = []
    while nodes:
        node = nodes.pop(0)
        names += [node.get("Index Name") or node["Node Type"]] if not node.get("Plans") else []
        nodes += node.get("Plans", [])
    return ", ".join(names)
