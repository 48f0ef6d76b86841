"""Which page: so many rows after an offset, or so many rows from the place a cursor names."""

from dataclasses import dataclass

from domain.query.errors import QueryError, Rule
from domain.query.shapes import read_members, read_whole_number

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
MAX_OFFSET = 10_000
"""An offset reads and drops every row before it; beyond this a cursor does it at no cost."""


@dataclass(frozen=True, slots=True)
class Paging:
    """`offset` is None for paging by cursor; `cursor` is None on the first page."""

    limit: int
    offset: int | None = None
    cursor: object = None


def parse_paging(members: dict[str, object], path: str) -> Paging:
    """Read `paging` or `cursorPaging` of a query; with neither it is the first cursor page."""
    if "paging" not in members:
        return _by_cursor(members.get("cursorPaging", {}), f"{path}.cursorPaging")
    if "cursorPaging" in members:
        raise QueryError(
            f"{path}.cursorPaging", Rule.PAGING_CONFLICT, "cannot be combined with paging"
        )
    return _by_offset(members["paging"], f"{path}.paging")


def _by_cursor(raw: object, path: str) -> Paging:
    members = read_members(raw, path, ("limit", "cursor"))
    return Paging(_limit(members, path), cursor=members.get("cursor"))


def _by_offset(raw: object, path: str) -> Paging:
    members = read_members(raw, path, ("limit", "offset"))
    offset_path = f"{path}.offset"
    offset = read_whole_number(members.get("offset", 0), offset_path)
    if offset < 0:
        raise QueryError(offset_path, Rule.MIN_OFFSET, "must be at least 0")
    if offset > MAX_OFFSET:
        raise QueryError(
            offset_path, Rule.MAX_OFFSET, f"must be at most {MAX_OFFSET}; use cursorPaging"
        )
    return Paging(_limit(members, path), offset=offset)


def _limit(members: dict[str, object], path: str) -> int:
    limit = read_whole_number(members.get("limit", DEFAULT_LIMIT), f"{path}.limit")
    if limit < 1:
        raise QueryError(f"{path}.limit", Rule.MIN_LIMIT, "must be at least 1")
    if limit > MAX_LIMIT:
        raise QueryError(f"{path}.limit", Rule.MAX_LIMIT, f"must be at most {MAX_LIMIT}")
    return limit
