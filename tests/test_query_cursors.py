"""Cursors: what they carry, whom they are good for, and which pages have one."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from query_strategies import filters, rows, sorts

from domain.query import Page, Query, QueryError, Rule, page_of, parse_query

_NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def parse(raw: object, key: bytes = b"a key for tests", scope: str = "main") -> Query:
    return parse_query(raw, cursor_key=key, scope=scope)


def resume(cursor: object, **ours: Any) -> Query:
    return parse({"cursorPaging": {"cursor": cursor, "limit": 3}}, **ours)


def refusal(raw: object, **ours: Any) -> tuple[str, str]:
    with pytest.raises(QueryError) as caught:
        parse(raw, **ours)
    return caught.value.field, caught.value.rule_name


def refused(cursor: object, **ours: Any) -> bool:
    found = refusal({"cursorPaging": {"cursor": cursor}}, **ours)
    return found == ("query.cursorPaging.cursor", Rule.INVALID_CURSOR)


def fetched(count: int) -> list[dict[str, Any]]:
    """So many rows, newest first."""
    return [{"id": uuid4(), "created_date": _NOON - timedelta(days=i)} for i in range(count)]


def first_page(count: int = 4, limit: int = 3) -> Page[dict[str, Any]]:
    return page_of(parse({"cursorPaging": {"limit": limit}}), fetched(count))


def next_cursor() -> str:
    cursor = first_page().next_cursor
    assert cursor is not None
    return cursor


@given(filter_=filters(), sort=sorts(), row=rows)
def test_a_cursor_carries_filter_order_and_place(
    filter_: dict[str, Any], sort: list[dict[str, str]], row: dict[str, Any]
) -> None:
    asked = parse({"filter": filter_, "sort": sort, "cursorPaging": {"limit": 1}})
    cursor = page_of(asked, [row, row]).next_cursor
    assert resume(cursor).listing == asked.listing
    assert resume(cursor).place.values == tuple(row[key.field.column] for key in asked.listing.sort)


def test_a_cursor_fits_its_limit_with_the_largest_filter_and_place() -> None:
    guids = [str(UUID(int=i)) for i in range(200)]
    room = 8192 - len(json.dumps({"id": {"$in": guids}, "itemUrl": ""}, separators=(",", ":")))
    filter_: dict[str, Any] = {"id": {"$in": guids}, "itemUrl": "x" * room}
    row = {"id": uuid4(), "created_date": _NOON, "item_url": "x" * 2048}
    sort = [{"fieldName": "itemUrl"}, {"fieldName": "createdDate"}]
    query = parse({"filter": filter_, "sort": sort, "cursorPaging": {"limit": 1}})
    cursor = page_of(query, [row, row]).next_cursor
    assert resume(cursor).place.values == ("x" * 2048, _NOON, row["id"])
    filter_["itemUrl"] = "x" * (room + 1)
    assert refusal({"filter": filter_}) == ("query.filter", Rule.TOO_LARGE)


def test_the_signing_key_is_not_shown() -> None:
    assert "a key for tests" not in repr(parse({}))


def test_a_cursor_of_another_scope_or_key_is_refused() -> None:
    assert refused(next_cursor(), scope="other")
    assert refused(next_cursor(), key=b"another key")


def test_every_changed_character_makes_a_cursor_invalid() -> None:
    cursor = next_cursor()
    for i, char in enumerate(cursor):
        assert refused(cursor[:i] + ("A" if char != "A" else "B") + cursor[i + 1 :])


@given(
    st.text(max_size=60)
    | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_other_text_is_no_cursor(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(("before", "after"), [("", "="), ("", "\n"), (" ", ""), ("", "A")])
def test_another_spelling_of_a_cursor_is_refused(before: str, after: str) -> None:
    assert refused(before + next_cursor() + after)


@pytest.mark.parametrize("cursor", ["", "A", "A" * 16_001, "\ud800", 7, [], {}])
def test_what_was_never_a_cursor_is_refused(cursor: object) -> None:
    assert refused(cursor)


@pytest.mark.parametrize(
    ("beside", "path"),
    [
        ({"filter": {"status": "FAILED"}}, "query.filter"),
        ({"sort": [{"fieldName": "id"}]}, "query.sort"),
        ({"filter": False}, "query.filter"),
    ],
)
def test_a_cursor_stands_alone(beside: dict[str, Any], path: str) -> None:
    raw = {"cursorPaging": {"cursor": next_cursor()}, **beside}
    assert refusal(raw) == (path, Rule.CURSOR_CONFLICT)


def test_an_empty_filter_or_sort_beside_a_cursor_says_nothing() -> None:
    parse({"filter": {}, "sort": [], "cursorPaging": {"cursor": next_cursor()}})


def test_a_first_page_has_a_next_cursor_only_when_more_follows() -> None:
    assert (first_page(3).next_cursor, first_page(3).prev_cursor) == (None, None)
    assert first_page(4).prev_cursor is None
    assert len(first_page(4).rows) == 3


def test_a_page_between_leads_both_ways() -> None:
    page = page_of(resume(next_cursor()), fetched(4))
    assert page.next_cursor
    assert page.prev_cursor


def test_a_backward_page_is_turned_round() -> None:
    back = resume(page_of(resume(next_cursor()), fetched(4)).prev_cursor)
    found = fetched(3)
    page = page_of(back, found[::-1])
    assert page.rows == found
    assert page.next_cursor
    assert page.prev_cursor is None


def test_an_empty_page_leads_back_to_the_page_at_the_edge() -> None:
    """The rows a cursor stood before can all be gone by the time it is used."""
    beyond = page_of(resume(next_cursor()), fetched(0))
    assert beyond.next_cursor is None
    last = resume(beyond.prev_cursor)
    assert (last.place.values, last.place.backward) == (None, True)
    assert page_of(last, fetched(3)).next_cursor is None

    before = page_of(resume(page_of(resume(next_cursor()), fetched(1)).prev_cursor), fetched(0))
    assert before.prev_cursor is None
    first = resume(before.next_cursor)
    assert (first.place.values, first.place.backward) == (None, False)
