"""The SQL of random queries against the oracle, on a real Postgres."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from itertools import chain
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from query_oracle import matches, ordered
from query_strategies import EXAMPLE_ROWS, filters, rows, simple_filters, sorts, tables

from domain.query import Page, page_of, parse_query, translate

_TABLE = """
CREATE TEMPORARY TABLE requests (
    site text NOT NULL DEFAULT 'main', id uuid PRIMARY KEY, contact_id uuid NOT NULL,
    status text NOT NULL, auto_notified boolean, created_date timestamptz NOT NULL, item_url text
)
"""
_COLUMNS = ["id", "contact_id", "status", "auto_notified", "created_date", "item_url"]
_KEY = b"a key for tests"
_LASTING = ["id", "contactId", "createdDate", "itemUrl"]
"""The fields of a request that never change."""

Row = dict[str, Any]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
on_postgres = settings(deadline=None, max_examples=300)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def connection(postgres_dsn: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(postgres_dsn)
    await opened.execute(_TABLE)
    yield opened
    await opened.close()


def _values(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in _COLUMNS)


async def fill(connection: Connection, table: list[Row]) -> None:
    await connection.execute("TRUNCATE requests")
    await connection.copy_records_to_table(
        "requests", records=[_values(row) for row in table], columns=_COLUMNS
    )


async def insert(connection: Connection, row: Row) -> None:
    await connection.execute(
        f"INSERT INTO requests ({', '.join(_COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6)",
        *_values(row),
    )


async def page(connection: Connection, raw: dict[str, Any]) -> Page[asyncpg.Record]:
    query = parse_query(raw, cursor_key=_KEY, scope="main")
    sql = translate(query, first_parameter=2)
    statement = (
        f"SELECT * FROM requests r WHERE r.site = $1 AND ({sql.where}) ORDER BY {sql.order_by} "
        f"LIMIT {sql.limit} OFFSET {sql.offset or 0}"
    )
    return page_of(query, await connection.fetch(statement, "main", *sql.parameters))


def ids(found: Iterable[Any]) -> list[UUID]:
    return [row["id"] for row in found]


async def test_every_operator_means_one_thing_on_every_value(connection: Connection) -> None:
    await fill(connection, EXAMPLE_ROWS)
    for filter_ in simple_filters():
        found = await page(connection, {"filter": filter_, "paging": {"limit": 100}})
        wanted = ordered([row for row in EXAMPLE_ROWS if matches(filter_, row)])
        assert ids(found.rows) == ids(wanted), filter_


@on_postgres
@given(table=tables(min_size=5), filter_=filters(), sort=sorts())
async def test_a_query_finds_what_it_means_in_the_order_it_asks(
    connection: Connection, table: list[Row], filter_: dict[str, Any], sort: list[dict[str, str]]
) -> None:
    await fill(connection, table)
    found = await page(
        connection, {"filter": filter_, "sort": sort, "paging": {"limit": 100, "offset": 0}}
    )
    assert ids(found.rows) == ids(ordered([row for row in table if matches(filter_, row)], sort))


@on_postgres
@given(table=tables(), filter_=filters())
async def test_a_filter_and_its_negation_part_the_rows(
    connection: Connection, table: list[Row], filter_: dict[str, Any]
) -> None:
    await fill(connection, table)
    limit = {"limit": 100}
    some = await page(connection, {"filter": filter_, "cursorPaging": limit})
    others = await page(connection, {"filter": {"$not": filter_}, "cursorPaging": limit})
    assert sorted(ids(some.rows) + ids(others.rows)) == sorted(ids(table))


@on_postgres
@given(table=tables(), sort=sorts(), limit=st.integers(1, 7), offset=st.integers(0, 30))
async def test_an_offset_skips_so_many_rows(
    connection: Connection, table: list[Row], sort: list[dict[str, str]], limit: int, offset: int
) -> None:
    await fill(connection, table)
    found = await page(connection, {"sort": sort, "paging": {"limit": limit, "offset": offset}})
    assert ids(found.rows) == ids(ordered(table, sort)[offset : offset + limit])
    assert (found.next_cursor, found.prev_cursor) == (None, None)


async def walk(
    connection: Connection,
    first: Page[asyncpg.Record],
    way: Literal["next_cursor", "prev_cursor"],
    limit: int,
    between_pages: Callable[[], Awaitable[None]],
) -> list[Page[asyncpg.Record]]:
    """The pages from the first one on."""
    pages = [first]
    while cursor := getattr(pages[-1], way):
        assert len(pages) < 100, "the walk does not end"
        await between_pages()
        asked = {"cursorPaging": {"limit": limit, "cursor": cursor}}
        pages.append(await page(connection, asked))
    return pages


async def nothing() -> None:
    pass


@on_postgres
@given(
    table=tables(min_size=5),
    filter_=st.just({}) | filters(),
    sort=sorts(),
    limit=st.integers(1, 7),
)
async def test_walking_by_cursor_shows_every_row_once_both_ways(
    connection: Connection,
    table: list[Row],
    filter_: dict[str, Any],
    sort: list[dict[str, str]],
    limit: int,
) -> None:
    await fill(connection, table)
    wanted = ids(ordered([row for row in table if matches(filter_, row)], sort))
    full = [wanted[i : i + limit] for i in range(0, len(wanted), limit)] or [[]]
    asked = {"filter": filter_, "sort": sort, "cursorPaging": {"limit": limit}}

    pages = await walk(connection, await page(connection, asked), "next_cursor", limit, nothing)
    assert [ids(one.rows) for one in pages] == full
    assert pages[0].prev_cursor is None
    back = await walk(connection, pages[-1], "prev_cursor", limit, nothing)
    assert [ids(one.rows) for one in back] == full[::-1]


@on_postgres
@given(
    table=tables(min_size=5),
    filter_=st.just({}) | filters(_LASTING),
    sort=sorts(_LASTING),
    limit=st.integers(1, 4),
    data=st.data(),
)
async def test_a_walk_is_not_disturbed_by_changes_on_the_way(
    connection: Connection,
    table: list[Row],
    filter_: dict[str, Any],
    sort: list[dict[str, str]],
    limit: int,
    data: st.DataObject,
) -> None:
    """Between pages rows come, go and change their status; what stays comes exactly once."""
    await fill(connection, table)
    staying = {row["id"] for row in table if matches(filter_, row)}
    changes = data.draw(st.lists(st.tuples(rows, st.booleans()), max_size=30))

    async def change() -> None:
        if changes:
            row, comes_back = changes.pop()
            staying.discard(row["id"])
            await replace(connection, row, comes_back)

    asked = {"filter": filter_, "sort": sort, "cursorPaging": {"limit": limit}}
    there = await walk(connection, await page(connection, asked), "next_cursor", limit, change)
    assert all(ids(chain(*(one.rows for one in there))).count(id) == 1 for id in staying)

    last = (await walk(connection, await page(connection, asked), "next_cursor", limit, nothing))[
        -1
    ]
    back = await walk(connection, last, "prev_cursor", limit, change)
    assert all(ids(chain(*(one.rows for one in back))).count(id) == 1 for id in staying)


async def replace(connection: Connection, row: Row, comes_back: bool) -> None:
    """Take the row with this id away, put this one in its place or none, and touch others."""
    await connection.execute("DELETE FROM requests WHERE id = $1", row["id"])
    if comes_back:
        await insert(connection, row)
    await connection.execute(
        "UPDATE requests SET status = $1, auto_notified = $2 WHERE contact_id = $3",
        *(row["status"], row["auto_notified"], row["contact_id"]),
    )
