"""The SQL is of a form that indexes on the same expressions serve."""

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from domain.query import find_owner_column, parse_query, translate
from domain.query.cursor import Place

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_SCHEMA = """
CREATE TEMPORARY TABLE requests (
    site text NOT NULL, id uuid PRIMARY KEY, contact_id uuid NOT NULL, status text NOT NULL,
    auto_notified boolean, created_date timestamptz NOT NULL, item_url text,
    address_key text NOT NULL, item_key text NOT NULL
);
CREATE INDEX by_id ON requests (site, id);
CREATE INDEX by_created ON requests (site, created_date, id);
CREATE INDEX by_contact ON requests (site, contact_id, id);
CREATE INDEX by_status ON requests (site, (status COLLATE "C"), id);
CREATE INDEX by_status_created ON requests (site, (status COLLATE "C"), created_date, id);
CREATE INDEX by_notified ON requests (site, (COALESCE(auto_notified::integer, -1)), id);
CREATE INDEX by_notified_created
    ON requests (site, (COALESCE(auto_notified::integer, -1)), created_date, id);
CREATE INDEX by_url ON requests (site, (COALESCE('=' || item_url, '') COLLATE "C"), id);
CREATE INDEX by_url_prefix
    ON requests (site, (lower(COALESCE('=' || item_url, '') COLLATE "C")));
CREATE INDEX by_address ON requests (site, (lower(address_key COLLATE "C")));
CREATE INDEX by_item ON requests (site, item_key, created_date, id);
-- An empty table would be read whole or sorted: that is cheaper, but not what is asked here.
SET enable_seqscan = off;
SET enable_sort = off;
SET enable_bitmapscan = off;
"""
_PLACED: dict[str, Any] = {
    "id": UUID(int=1),
    "contact_id": UUID(int=2),
    "status": "FAILED",
    "auto_notified": None,
    "created_date": datetime(2026, 3, 29, tzinfo=UTC),
    "item_url": None,
}


@pytest_asyncio.fixture
async def connection(postgres_dsn: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(postgres_dsn)
    await opened.execute(_SCHEMA)
    yield opened
    await opened.close()


async def plan(connection: Connection, raw: dict[str, Any], *, backward: bool | None = None) -> Any:
    """The one node under LIMIT of a first page, or of the page after or before a place."""
    query = parse_query(
        raw, cursor_key=b"a key for tests", scope="main", find_field=find_owner_column
    )
    if backward is not None:
        values = tuple(_PLACED[key.field.column] for key in query.listing.sort)
        query = dataclasses.replace(query, place=Place(values, backward))
    sql = translate(query)
    statement = (
        f"EXPLAIN (FORMAT JSON) SELECT * FROM requests r "
        f"WHERE r.site = $1 AND ({sql.where}) ORDER BY {sql.order_by} LIMIT {sql.limit}"
    )
    explained = await connection.fetchval(statement, "main", *sql.parameters)
    return json.loads(explained)[0]["Plan"]["Plans"][0]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize(
    ("field", "index"),
    [
        ("id", "by_id"),
        ("contactId", "by_contact"),
        ("status", "by_status"),
        ("autoNotified", "by_notified"),
        ("createdDate", "by_created"),
        ("itemUrl", "by_url"),
    ],
)
async def test_a_page_of_any_order_is_read_from_an_index_at_its_place(
    connection: Connection, field: str, index: str, order: str, backward: bool
) -> None:
    sort = [{"fieldName": field, "order": order}]
    node = await plan(connection, {"sort": sort}, backward=backward)
    assert (node["Node Type"], node["Index Name"]) == ("Index Scan", index)
    assert "ROW(" in node["Index Cond"] or field == "id"


@pytest.mark.parametrize(
    ("filter_", "index"),
    [
        ({}, "by_created"),
        ({"createdDate": {"$gte": "2026-01-01T00:00:00Z"}}, "by_created"),
        ({"status": "RECEIVED"}, "by_status_created"),
        ({"autoNotified": False}, "by_notified_created"),
        ({"autoNotified": None}, "by_notified_created"),
    ],
)
@pytest.mark.parametrize("backward", [False, True])
async def test_the_newest_of_one_kind_are_read_from_an_index_at_their_place(
    connection: Connection, filter_: dict[str, Any], index: str, backward: bool
) -> None:
    node = await plan(connection, {"filter": filter_}, backward=backward)
    assert (node["Node Type"], node["Index Name"]) == ("Index Scan", index)
    assert "ROW(" in node["Index Cond"]


@pytest.mark.parametrize(
    ("filter_", "index", "sort"),
    [
        ({"id": {"$startsWith": "3f2"}}, "by_id", "id"),
        ({"contactId": str(UUID(int=1))}, "by_contact", "contactId"),
        ({"itemUrl": "https://shop.example/orchid"}, "by_url", "itemUrl"),
        ({"itemUrl": {"$exists": False}}, "by_url", "itemUrl"),
        ({"itemUrl": {"$gt": "https://"}}, "by_url", "itemUrl"),
    ],
)
async def test_a_filter_is_a_condition_of_an_index(
    connection: Connection, filter_: dict[str, Any], index: str, sort: str
) -> None:
    node = await plan(connection, {"filter": filter_, "sort": [{"fieldName": sort}]})
    assert (node["Node Type"], node["Index Name"]) == ("Index Scan", index)
    assert "Filter" not in node


async def test_the_beginning_of_an_address_is_a_range_of_an_index(connection: Connection) -> None:
    await connection.execute("DROP INDEX by_created")
    node = await plan(connection, {"filter": {"address": {"$startsWith": "anna_%@"}}})
    (scan,) = node["Plans"]
    assert scan["Index Name"] == "by_address"
    assert "lower(" in scan["Index Cond"]


async def test_the_newest_of_an_item_are_read_from_an_index(connection: Connection) -> None:
    node = await plan(connection, {"filter": {"itemKey": "00ff"}})
    assert (node["Node Type"], node["Index Name"]) == ("Index Scan", "by_item")


async def test_a_prefix_of_a_url_is_a_range_of_an_index(connection: Connection) -> None:
    await connection.execute("DROP INDEX by_created")
    raw = {"filter": {"itemUrl": {"$startsWith": "HTTPS://shop.example/50%_off"}}}
    node = await plan(connection, raw)
    (scan,) = node["Plans"]
    assert scan["Index Name"] == "by_url_prefix"
    assert "lower(" in scan["Index Cond"]
