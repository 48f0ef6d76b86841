"""What a filter and a sort mean, said a second time: straight over the JSON and rows in memory.

Shares no code with `domain.query`, so that the two can be held against each other.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

COLUMNS = {
    "id": "id",
    "contactId": "contact_id",
    "status": "status",
    "autoNotified": "auto_notified",
    "createdDate": "created_date",
    "itemUrl": "item_url",
}
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, given: value == given,
    "$ne": lambda value, given: value != given,
    "$in": lambda value, given: value in given,
    "$nin": lambda value, given: value not in given,
    "$hasSome": lambda value, given: value in given,
    "$exists": lambda value, given: (value is not None) == given,
    "$gt": lambda value, given: value is not None and value > given,
    "$gte": lambda value, given: value is not None and value >= given,
    "$ge": lambda value, given: value is not None and value >= given,
    "$lt": lambda value, given: value is not None and value < given,
    "$lte": lambda value, given: value is not None and value <= given,
    "$le": lambda value, given: value is not None and value <= given,
    "$startsWith": lambda value, given: (
        value is not None and value.translate(_LOWER).startswith(given.translate(_LOWER))
    ),
}


def matches(filter_: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(_condition(key, given, row) for key, given in filter_.items())


def ordered(
    rows: list[dict[str, Any]], sort: list[dict[str, str]] | None = None
) -> list[dict[str, Any]]:
    """The rows in the order asked for, ties broken by the id in the last field's direction."""
    asked = sort or [{"fieldName": "createdDate", "order": "DESC"}]
    keys = [*asked, {"fieldName": "id", "order": asked[-1].get("order", "ASC")}]
    for key in reversed(keys):  # Python's sort is stable, so the first key comes last.
        column = COLUMNS[key["fieldName"]]
        rows = sorted(rows, key=lambda row: _rank(row[column]), reverse=key.get("order") == "DESC")
    return rows


def _rank(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def _condition(key: str, given: Any, row: Mapping[str, Any]) -> bool:
    if key == "$and":
        return all(matches(part, row) for part in given)
    if key == "$or":
        return any(matches(part, row) for part in given)
    if key == "$not":
        return not matches(given, row)
    value = row[COLUMNS[key]]
    return _holds(value if value is None or key == "autoNotified" else _text(value), key, given)


def _holds(value: Any, key: str, given: Any) -> bool:
    if not isinstance(given, dict):
        return _holds(value, key, {"$eq": given})
    return all(
        not _holds(value, key, operand)
        if name == "$not"
        else _OPERATORS[name](value, _operand(key, operand))
        for name, operand in given.items()
    )


def _operand(key: str, given: Any) -> Any:
    if isinstance(given, list):
        return [_operand(key, item) for item in given]
    if key == "createdDate" and isinstance(given, str):
        return _text(datetime.fromisoformat(given))
    return given.lower() if key in ("id", "contactId") and isinstance(given, str) else given


def _text(value: Any) -> str:
    """A value as text of the same order: GUIDs and UTC dates of one width already have it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
