"""Random rows, filters and sorts, from pools so small that values meet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from query_oracle import COLUMNS

_HEADS = ("3f2a0b1c", "3f2b0000")
IDS = [UUID(f"{head}-0000-4000-8000-00000000000{i}") for head in _HEADS for i in range(6)]
CONTACTS = [UUID(int=0), UUID(int=2**128 - 1), UUID("AABBCCDD-0000-4000-8000-000000000001")]
STATUSES = ["RECEIVED", "PROCESSING", "NOTIFICATION_SENT", "FAILED"]
_NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
_STEPS = [timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(days=-400)]
DATES = [_NOON + step for step in _STEPS]
# Both cases, LIKE's wildcards, the neighbours of the surrogates, the last code point.
URLS = ["", *" aAzZ_%éÉ", "Ab", "aB", "a%", "a\\", "\ud7ff", "\ue000", "\U0010ffff", "a\U0010ffff"]

_odd_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)

rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from(IDS) | st.uuids(),
        "contact_id": st.sampled_from(CONTACTS),
        "status": st.sampled_from(STATUSES),
        "auto_notified": st.sampled_from([None, False, True]),
        "created_date": st.sampled_from(DATES),
        "item_url": st.none() | st.sampled_from(URLS) | _odd_text,
    }
)


def tables(min_size: int = 0) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(rows, min_size=min_size, max_size=25, unique_by=lambda row: row["id"])


_INDIA = timezone(timedelta(hours=5, minutes=30))
EXAMPLES: dict[str, list[Any]] = {
    "id": [spelt for guid in IDS for spelt in (str(guid), str(guid).upper())],
    "contactId": [spelt for guid in CONTACTS for spelt in (str(guid), str(guid).upper())],
    "status": [*STATUSES, "UNSPECIFIED"],
    "autoNotified": [False, True],
    "createdDate": [date.astimezone(zone).isoformat() for date in DATES for zone in (UTC, _INDIA)],
    "itemUrl": URLS,
}
PREFIXES = {
    "id": ["", "3", "3F2", "3f2a0b1c", "3f2a0b1c-", "3f2a0b1c0", "x", str(IDS[0]), f"{IDS[0]}0"],
    "contactId": ["", "f", "aAbB", "-", "00000000-0000"],
    "itemUrl": [*URLS, "AB", "A\U0010ffff"],
}
EQUALITY = ["$eq", "$ne"]
MEMBERSHIP = ["$in", "$nin", "$hasSome"]
ORDERING = ["$gt", "$gte", "$ge", "$lt", "$lte", "$le"]
ORDERED = ["id", "contactId", "createdDate", "itemUrl"]


EXAMPLE_ROWS = [
    {
        "id": [*IDS, *CONTACTS, *(UUID(int=n) for n in range(1, 99))][i],
        "contact_id": CONTACTS[i % len(CONTACTS)],
        "status": STATUSES[i % len(STATUSES)],
        "auto_notified": [None, False, True][i % 3],
        "created_date": DATES[i % len(DATES)],
        "item_url": url,
    }
    for i, url in enumerate([*URLS, None, None])
]
"""Rows with every example value."""


def simple_filters() -> Iterator[dict[str, Any]]:
    """Every operator of every field with every example."""
    for field, examples in EXAMPLES.items():
        operands = [
            *((operator, value) for operator in EQUALITY for value in [*examples, None]),
            *((operator, [value, None]) for operator in MEMBERSHIP for value in examples),
            *((operator, examples[:2]) for operator in MEMBERSHIP),
            *(("$exists", there) for there in (False, True)),
            *((operator, v) for operator in ORDERING for v in examples if field in ORDERED),
            *(("$startsWith", prefix) for prefix in PREFIXES.get(field, [])),
        ]
        yield from ({field: {operator: operand}} for operator, operand in operands)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    field: st.sampled_from(examples) | (_odd_text if field == "itemUrl" else st.nothing())
    for field, examples in EXAMPLES.items()
}


def _operators(field: str) -> st.SearchStrategy[dict[str, Any]]:
    value = VALUES[field]
    kinds = [
        st.tuples(st.sampled_from(EQUALITY), value | st.none()),
        st.tuples(st.sampled_from(MEMBERSHIP), st.lists(value | st.none(), max_size=4)),
        st.tuples(st.just("$exists"), st.booleans()),
    ]
    if field in ORDERED:
        kinds.append(st.tuples(st.sampled_from(ORDERING), value))
    if field in PREFIXES:
        kinds.append(st.tuples(st.just("$startsWith"), st.sampled_from(PREFIXES[field])))
    plain = st.lists(st.one_of(kinds), min_size=1, max_size=2).map(dict)
    return plain | plain.map(lambda operators: {"$not": operators})


def _conditions(fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly one condition: more of them seldom leave a row to look at."""
    by_field = [
        st.tuples(st.just(field), VALUES[field] | st.none() | _operators(field)) for field in fields
    ]
    return st.lists(st.one_of(by_field), min_size=1, max_size=1).map(dict) | st.lists(
        st.one_of(by_field), max_size=2
    ).map(dict)


def filters(fields: list[str] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Filters over some fields, or over all."""
    return st.recursive(
        _conditions(fields or list(COLUMNS)),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$and": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$or": parts}),
            inner.map(lambda part: {"$not": part}),
        ),
        max_leaves=4,
    )


def sorts(fields: list[str] | None = None) -> st.SearchStrategy[list[dict[str, str]]]:
    """Orders over some fields, or over all."""
    key = st.fixed_dictionaries(
        {"fieldName": st.sampled_from(fields or list(COLUMNS))},
        optional={"order": st.sampled_from(["ASC", "DESC"])},
    )
    return st.lists(key, max_size=4, unique_by=lambda key: key["fieldName"])


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
