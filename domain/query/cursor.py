"""Cursors: the filter, the order and the place of a page, in one piece of signed text."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.query.columns import GUID, TIMESTAMP, ColumnValue
from domain.query.errors import QueryError, Rule
from domain.query.fields import FindField, Kind
from domain.query.filter import Filter
from domain.query.parse_filter import parse_filter
from domain.query.seal import Seal
from domain.query.shapes import read_text
from domain.query.sort import SortKey, parse_sort

MAX_CURSOR = 16_000

_FROM_TEXT: dict[Kind, Callable[[str], ColumnValue]] = {
    GUID: UUID,
    TIMESTAMP: datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies: beyond the row with these sort values, or from the edge when None.

    A backward page is the one before that row, or the last one.
    """

    values: tuple[ColumnValue | None, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed and in which order; `filter_json` is the filter as a cursor carries it."""

    filter: Filter
    filter_json: str
    sort: tuple[SortKey, ...]


def write_cursor(listing: Listing, place: Place, seal: Seal) -> str:
    order = [[key.field.name, key.order] for key in listing.sort]
    values = None if place.values is None else [_to_json(value) for value in place.values]
    rest = json.dumps([order, values, place.backward], ensure_ascii=False, separators=(",", ":"))
    # Compact JSON has no line breaks, so one can part the filter from the rest.
    return seal.close(f"{listing.filter_json}\n{rest}")


def read_cursor(raw: object, path: str, seal: Seal, find_field: FindField) -> tuple[Listing, Place]:
    """What `write_cursor` was given, or a `QueryError`: a cursor is whole or worth nothing."""
    try:
        filter_json, rest = seal.open(read_text(raw, path, MAX_CURSOR)).split("\n")
        order, values, backward = json.loads(rest)
        sort = parse_sort([{"fieldName": name, "order": way} for name, way in order], path)
        listing = Listing(*parse_filter(json.loads(filter_json), path, find_field), sort)
        return listing, Place(_place_values(values, sort), backward)
    except ValueError:
        raise QueryError(path, Rule.INVALID_CURSOR, "is not a cursor of this listing") from None


def _to_json(value: ColumnValue | None) -> str | bool | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _place_values(
    values: list[str | bool | None] | None, sort: tuple[SortKey, ...]
) -> tuple[ColumnValue | None, ...] | None:
    if values is None:
        return None
    return tuple(_from_json(value, key) for value, key in zip(values, sort, strict=True))


def _from_json(value: str | bool | None, key: SortKey) -> ColumnValue | None:
    # The value is a row's own, so only its type is restored: a row may hold what a filter may not.
    read = _FROM_TEXT.get(key.field.kind)
    return read(value) if read and isinstance(value, str) else value
