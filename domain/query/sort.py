"""The order of the rows: up to six fields, always made total by the id."""

from dataclasses import dataclass

from domain.query.columns import COLUMNS, Column, find_column
from domain.query.errors import QueryError, Rule
from domain.query.shapes import read_list, read_members, read_text

MAX_FIELD_NAME = 512
_ORDERS = {"ASC": False, "DESC": True}


@dataclass(frozen=True, slots=True)
class SortKey:
    field: Column
    descending: bool

    @property
    def order(self) -> str:
        return "DESC" if self.descending else "ASC"


_ID = COLUMNS["id"]
_NEWEST_FIRST = SortKey(COLUMNS["createdDate"], descending=True)


def parse_sort(raw: object, path: str) -> tuple[SortKey, ...]:
    """The whole order, ending in the id; newest first when nothing is asked for."""
    keys: list[SortKey] = []
    for i, item in enumerate(read_list(raw, path, len(COLUMNS))):
        key = _read_key(item, f"{path}[{i}]")
        if key.field in [earlier.field for earlier in keys]:
            raise QueryError(f"{path}[{i}].fieldName", Rule.DUPLICATE_FIELD, "is sorted by twice")
        keys.append(key)
    return _total(keys or [_NEWEST_FIRST])


def _read_key(raw: object, path: str) -> SortKey:
    members = read_members(raw, path, ("fieldName", "order"))
    name_path = f"{path}.fieldName"
    if "fieldName" not in members:
        raise QueryError(name_path, Rule.REQUIRED_FIELD, "is required")
    name = read_text(members["fieldName"], name_path, MAX_FIELD_NAME)
    order = read_text(members.get("order", "ASC"), f"{path}.order")
    if order not in _ORDERS:
        raise QueryError(f"{path}.order", Rule.INVALID_VALUE, "must be ASC or DESC")
    return SortKey(find_column(name, name_path), _ORDERS[order])


def _total(keys: list[SortKey]) -> tuple[SortKey, ...]:
    """End with the id, in the direction of the last field, so that one index serves both ways.

    What follows the id is dropped: no two rows share an id.
    """
    for i, key in enumerate(keys):
        if key.field == _ID:
            return tuple(keys[: i + 1])
    return (*keys, SortKey(_ID, keys[-1].descending))
