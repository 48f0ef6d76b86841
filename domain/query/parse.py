"""Reads the JSON of a whole query."""

from dataclasses import dataclass

from domain.query.columns import find_column
from domain.query.cursor import Listing, Place, read_cursor
from domain.query.errors import QueryError, Rule
from domain.query.fields import FindField
from domain.query.paging import parse_paging
from domain.query.parse_filter import parse_filter
from domain.query.seal import Seal
from domain.query.shapes import read_members
from domain.query.sort import parse_sort


@dataclass(frozen=True, slots=True)
class Query:
    """One page of a listing. `offset` is None where pages are reached by cursor."""

    listing: Listing
    limit: int
    offset: int | None
    place: Place
    seal: Seal


def parse_query(
    raw: object,
    *,
    cursor_key: bytes,
    scope: str,
    path: str = "query",
    find_field: FindField = find_column,
) -> Query:
    """Read the JSON value of `query`; None is the empty query.

    `cursor_key` signs cursors and `scope` (the site) is what they are good for. `find_field` knows
    the fields that its filter may name. Whatever `raw` is, the only error is `QueryError`, naming
    the offending part by a path that starts at `path`.
    """
    known = ("filter", "sort", "paging", "cursorPaging")
    members = {} if raw is None else read_members(raw, path, known)
    paging = parse_paging(members, path)
    seal = Seal(cursor_key, scope)
    if paging.cursor is None:
        listing, place = _listing(members, path, find_field), Place()
    else:
        _refuse_beside_cursor(members, path)
        listing, place = read_cursor(paging.cursor, f"{path}.cursorPaging.cursor", seal, find_field)
    return Query(listing, paging.limit, paging.offset, place, seal)


def _listing(members: dict[str, object], path: str, find_field: FindField) -> Listing:
    tree, text = parse_filter(members.get("filter", {}), f"{path}.filter", find_field)
    return Listing(tree, text, parse_sort(members.get("sort", []), f"{path}.sort"))


def _refuse_beside_cursor(members: dict[str, object], path: str) -> None:
    """A cursor carries its own filter and order; an empty one beside it says nothing else."""
    for name, nothing in (("filter", {}), ("sort", [])):
        if members.get(name, nothing) != nothing:
            raise QueryError(
                f"{path}.{name}", Rule.CURSOR_CONFLICT, "cannot be combined with a cursor"
            )
