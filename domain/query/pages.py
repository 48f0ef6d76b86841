"""Makes a page of the rows that a translated query fetched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from domain.query.columns import find_owner_column
from domain.query.cursor import Place, read_cursor, write_cursor
from domain.query.parse import Query


class HasColumns(Protocol):
    """A row by column name: a mapping or a driver's record."""

    def __getitem__(self, column: str, /) -> Any: ...


Row = TypeVar("Row", bound=HasColumns)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page in the asked order. A cursor is None where there is nothing more.

    Both are None with offset paging.
    """

    rows: list[Row]
    next_cursor: str | None = None
    prev_cursor: str | None = None


def page_of(query: Query, rows: Sequence[Row]) -> Page[Row]:
    """The page of the fetched rows, which are at most one more than the query's limit.

    The row at a place may be gone by the time its cursor is used, so `prev_cursor` promises that
    the page was reached from somewhere, not that a row still lies there.
    """
    shown, more = list(rows[: query.limit]), len(rows) > query.limit
    if query.offset is not None:
        return Page(shown)
    came_from = query.place.values is not None
    if query.place.backward:
        shown.reverse()
        return Page(shown, _next(query, shown, came_from), _prev(query, shown, more))
    return Page(shown, _next(query, shown, more), _prev(query, shown, came_from))


def following(query: Query, page: Page[Row]) -> Query | None:
    """The query of the page after this one, if there is one."""
    if page.next_cursor is None:
        return None
    _, place = read_cursor(page.next_cursor, "cursor", query.seal, find_owner_column)
    return replace(query, place=place)


def _next(query: Query, shown: Sequence[Row], exists: bool) -> str | None:
    return _cursor(query, shown[-1:], backward=False) if exists else None


def _prev(query: Query, shown: Sequence[Row], exists: bool) -> str | None:
    return _cursor(query, shown[:1], backward=True) if exists else None


def _cursor(query: Query, boundary: Sequence[Row], *, backward: bool) -> str:
    """The page beyond the boundary row; beside an empty page that is the first or the last one."""
    values = [tuple(row[key.field.column] for key in query.listing.sort) for row in boundary]
    place = Place(values[0] if values else None, backward)
    return write_cursor(query.listing, place, query.seal)
