"""What the query language takes, and how it says what is wrong."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_strategies import filters, json_values, sorts

from domain.query import Query, QueryError, Rule, parse_query, translate

ID = "3f2a0b1c-0000-4000-8000-000000000001"


def parse(raw: object) -> Query:
    return parse_query(raw, cursor_key=b"a key for tests", scope="main")


def refusal(raw: object) -> tuple[str, str]:
    with pytest.raises(QueryError) as caught:
        parse(raw)
    assert caught.value.description
    return caught.value.field, caught.value.rule_name


def nested(levels: int) -> dict[str, Any]:
    return {"$not": nested(levels - 1)} if levels else {"status": "FAILED"}


@pytest.mark.parametrize("raw", [None, {}, {"filter": None, "sort": None, "cursorPaging": None}])
def test_an_empty_query_is_the_first_fifty_newest_first(raw: object) -> None:
    sql = translate(parse(raw))
    assert (sql.where, sql.order_by) == ("TRUE", "r.created_date DESC, r.id DESC")
    assert (sql.limit, sql.offset, sql.parameters) == (51, None, [])


@pytest.mark.parametrize(
    "filter_",
    [
        {
            "$and": [
                {"status": {"$eq": "RECEIVED"}},
                {"createdDate": {"$lt": "2026-01-31T09:30:00.000Z"}},
            ]
        },
        {"id": {"$in": [ID, ID.upper()]}},
        {"createdDate": "2026-01-31t09:30:00.123456789+05:30"},
        {"createdDate": {"$ge": "2026-01-31 09:30:00-00:00", "$le": "9999-12-31T23:59:59Z"}},
        {"status": "UNSPECIFIED"},
        {"autoNotified": {"$ne": None}},
        {"itemUrl": {"$startsWith": "%_\\'; DROP TABLE requests; --"}},
        {"contactId": {"$in": []}},
        {"$or": [{}]},
        {"$not": {"itemUrl": {"$not": {"$exists": True}}}},
        {"itemUrl": "\U0001f33a" * 2000},
        nested(8),
    ],
)
def test_the_forms_that_clients_send_are_understood(filter_: dict[str, Any]) -> None:
    parse({"filter": filter_})


@pytest.mark.parametrize(
    ("filter_", "path", "rule"),
    [
        ([], "", Rule.INVALID_VALUE),
        ("status", "", Rule.INVALID_VALUE),
        (True, "", Rule.INVALID_VALUE),
        ({"email": "a@b.c"}, ".email", Rule.UNKNOWN_FIELD),
        ({"_id": ID}, "._id", Rule.UNKNOWN_FIELD),
        ({"": 1}, "['']", Rule.UNKNOWN_FIELD),
        ({"a b\ud800": 1}, "['a b\\ud800']", Rule.UNKNOWN_FIELD),
        ({"x" * 70: 1}, f"['{'x' * 64}']", Rule.UNKNOWN_FIELD),
        ({"$nor": []}, ".$nor", Rule.UNKNOWN_OPERATOR),
        ({"status": {"$regex": "R"}}, ".status.$regex", Rule.UNKNOWN_OPERATOR),
        ({"status": {"eq": "FAILED"}}, ".status.eq", Rule.UNKNOWN_OPERATOR),
        ({"status": {"$and": []}}, ".status.$and", Rule.UNKNOWN_OPERATOR),
        ({"status": {}}, ".status", Rule.INVALID_VALUE),
        ({"status": {"$gt": "FAILED"}}, ".status.$gt", Rule.UNSUPPORTED_OPERATOR),
        ({"status": {"$startsWith": "F"}}, ".status.$startsWith", Rule.UNSUPPORTED_OPERATOR),
        ({"autoNotified": {"$le": True}}, ".autoNotified.$le", Rule.UNSUPPORTED_OPERATOR),
        (
            {"createdDate": {"$startsWith": "2"}},
            ".createdDate.$startsWith",
            Rule.UNSUPPORTED_OPERATOR,
        ),
        ({"$and": {}}, ".$and", Rule.INVALID_VALUE),
        ({"$and": []}, ".$and", Rule.INVALID_VALUE),
        ({"$or": [1]}, ".$or[0]", Rule.INVALID_VALUE),
        ({"$not": []}, ".$not", Rule.INVALID_VALUE),
        ({"id": {"$not": ID}}, ".id.$not", Rule.INVALID_VALUE),
        ({"id": {"$not": {}}}, ".id.$not", Rule.INVALID_VALUE),
        ({"id": [ID]}, ".id", Rule.INVALID_VALUE),
        ({"id": {"$in": ID}}, ".id.$in", Rule.INVALID_VALUE),
        ({"id": {"$gt": None}}, ".id.$gt", Rule.INVALID_VALUE),
        ({"id": ID.replace("-", "")}, ".id", Rule.INVALID_VALUE),
        ({"id": f"{{{ID}}}"}, ".id", Rule.INVALID_VALUE),
        ({"id": f"{ID}\n"}, ".id", Rule.INVALID_VALUE),
        ({"contactId": {"$ne": 7}}, ".contactId.$ne", Rule.INVALID_VALUE),
        ({"autoNotified": "true"}, ".autoNotified", Rule.INVALID_VALUE),
        ({"autoNotified": 1}, ".autoNotified", Rule.INVALID_VALUE),
        ({"itemUrl": {"$exists": "yes"}}, ".itemUrl.$exists", Rule.INVALID_VALUE),
        ({"itemUrl": {"$startsWith": None}}, ".itemUrl.$startsWith", Rule.INVALID_VALUE),
        ({"itemUrl": {"$startsWith": "a\0"}}, ".itemUrl.$startsWith", Rule.INVALID_VALUE),
        ({"itemUrl": "\ud800"}, ".itemUrl", Rule.INVALID_VALUE),
        ({"itemUrl": "x" * 2049}, ".itemUrl", Rule.MAX_LENGTH),
        ({"id": {"$in": [ID] * 201}}, ".id.$in", Rule.MAX_LENGTH),
        (
            {"$and": [{}, {"status": {"$in": ["LOST"]}}]},
            ".$and[1].status.$in[0]",
            Rule.INVALID_VALUE,
        ),
        (nested(9), ".$not" * 9, Rule.TOO_DEEP),
        ({"$or": [{}] * 100}, ".$or[99]", Rule.TOO_MANY_CLAUSES),
        ({"itemUrl": {"$in": ["x" * 2048] * 4}}, "", Rule.TOO_LARGE),
    ],
)
def test_a_wrong_filter_is_refused_by_the_path_of_what_is_wrong(
    filter_: object, path: str, rule: Rule
) -> None:
    assert refusal({"filter": filter_}) == (f"query.filter{path}", rule)


@pytest.mark.parametrize(
    "date",
    [
        "2026-01-31T09:30:00",
        "2026-01-31",
        "2026-01-31T09:30Z",
        "2026-02-30T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:30:60Z",
        "2026-01-31T09:30:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "+275760-09-13T00:00:00.000Z",
        "٢٠٢٦-01-31T09:30:00Z",
        "now",
        1769851800,
        {"$date": "2026-01-31T09:30:00Z"},
    ],
)
def test_a_date_without_a_zone_or_sense_is_refused(date: object) -> None:
    path, _ = refusal({"filter": {"createdDate": {"$gte": date}}})
    assert path == "query.filter.createdDate.$gte"


def test_depth_is_refused_before_it_can_overflow_the_stack() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"$not": deep}
    assert refusal({"filter": deep})[1] == Rule.TOO_DEEP


@pytest.mark.parametrize(
    ("sort", "path", "rule"),
    [
        ({}, "", Rule.INVALID_VALUE),
        (["id"], "[0]", Rule.INVALID_VALUE),
        ([{}], "[0].fieldName", Rule.REQUIRED_FIELD),
        ([{"fieldName": "email"}], "[0].fieldName", Rule.UNKNOWN_FIELD),
        ([{"fieldName": "x" * 513}], "[0].fieldName", Rule.MAX_LENGTH),
        ([{"fieldName": "id", "direction": "DESC"}], "[0].direction", Rule.UNKNOWN_FIELD),
        ([{"fieldName": "id", "order": "desc"}], "[0].order", Rule.INVALID_VALUE),
        ([{"fieldName": "id"}, {"fieldName": "id"}], "[1].fieldName", Rule.DUPLICATE_FIELD),
        ([{"fieldName": "id"}] * 7, "", Rule.MAX_LENGTH),
    ],
)
def test_a_wrong_sort_is_refused_by_the_path_of_what_is_wrong(
    sort: object, path: str, rule: Rule
) -> None:
    assert refusal({"sort": sort}) == (f"query.sort{path}", rule)


@pytest.mark.parametrize(
    ("raw", "path", "rule"),
    [
        ([], "", Rule.INVALID_VALUE),
        ({"fields": ["id"]}, ".fields", Rule.UNKNOWN_FIELD),
        ({"paging": {}, "cursorPaging": {}}, ".cursorPaging", Rule.PAGING_CONFLICT),
        ({"paging": []}, ".paging", Rule.INVALID_VALUE),
        ({"paging": {"limit": 0}}, ".paging.limit", Rule.MIN_LIMIT),
        ({"paging": {"limit": 101}}, ".paging.limit", Rule.MAX_LIMIT),
        ({"cursorPaging": {"limit": -1}}, ".cursorPaging.limit", Rule.MIN_LIMIT),
        ({"cursorPaging": {"limit": 10**30}}, ".cursorPaging.limit", Rule.MAX_LIMIT),
        ({"cursorPaging": {"limit": "50"}}, ".cursorPaging.limit", Rule.INVALID_VALUE),
        ({"cursorPaging": {"limit": True}}, ".cursorPaging.limit", Rule.INVALID_VALUE),
        ({"cursorPaging": {"limit": 5.0}}, ".cursorPaging.limit", Rule.INVALID_VALUE),
        ({"cursorPaging": {"offset": 5}}, ".cursorPaging.offset", Rule.UNKNOWN_FIELD),
        ({"paging": {"offset": -1}}, ".paging.offset", Rule.MIN_OFFSET),
        ({"paging": {"offset": 10_001}}, ".paging.offset", Rule.MAX_OFFSET),
    ],
)
def test_wrong_paging_is_refused_by_the_path_of_what_is_wrong(
    raw: object, path: str, rule: Rule
) -> None:
    assert refusal(raw) == (f"query{path}", rule)


def test_the_path_starts_where_the_caller_says() -> None:
    with pytest.raises(QueryError, match=r"^body\.filter\.email: "):
        parse_query({"filter": {"email": 1}}, cursor_key=b"k", scope="main", path="body")


def test_what_follows_the_id_in_a_sort_changes_nothing() -> None:
    sort = [{"fieldName": "id", "order": "DESC"}, {"fieldName": "status"}]
    assert translate(parse({"sort": sort})).order_by == "r.id DESC"


_almost_queries = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.recursive(
            json_values,
            lambda inner: st.dictionaries(
                st.sampled_from(
                    ["$and", "$or", "$not", "$in", "$eq", "id", "status", "createdDate"]
                ),
                inner | st.lists(inner, max_size=3),
                max_size=3,
            ),
        ),
        "sort": sorts() | json_values,
        "paging": st.dictionaries(st.sampled_from(["limit", "offset"]), json_values),
        "cursorPaging": st.dictionaries(st.sampled_from(["limit", "cursor"]), json_values),
    },
)


@settings(deadline=None, max_examples=500)
@given(raw=json_values | _almost_queries)
def test_any_json_is_a_query_or_a_query_error(raw: object) -> None:
    path = "query"
    try:
        translate(parse(raw))
    except QueryError as error:
        path = error.field
    assert path.startswith("query")
    assert path.isascii()


@given(filter_=filters(), sort=sorts())
def test_sql_text_does_not_depend_on_the_values(
    filter_: dict[str, Any], sort: list[dict[str, str]]
) -> None:
    """Every value is a parameter: the statement holds words of ours only."""
    sql = translate(parse({"filter": filter_, "sort": sort}), first_parameter=7)
    ours = r"[\sA-Za-z_.():,<>=|\[\]$0-9-]|''|'='|\"C\""
    assert re.fullmatch(f"({ours})*", sql.where + sql.order_by)
    used = {int(number) for number in re.findall(r"\$(\d+)", sql.where)}
    assert used == set(range(7, 7 + len(sql.parameters)))
