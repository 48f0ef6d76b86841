"""The JSON shapes a query is made of: object, list, text and numbers, or a `QueryError`."""

from domain.query.errors import QueryError, Rule, member
from domain.text import storable

MAX_TEXT = 2048
"""Characters of a text value; the length of the longest item URL."""

MOST = 10**15
"""The largest number, below or above zero: up to it, floats tell whole numbers apart."""


def read_object(raw: object, path: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise QueryError(path, Rule.INVALID_VALUE, "must be an object")
    if not all(isinstance(key, str) for key in raw):
        raise QueryError(path, Rule.INVALID_VALUE, "must have text keys only")
    return raw


def read_members(raw: object, path: str, known: tuple[str, ...]) -> dict[str, object]:
    """The members of an object that may have the known ones only; a null is an absent one."""
    members = read_object(raw, path)
    for key in members:
        if key not in known:
            expected = ", ".join(known)
            raise QueryError(
                member(path, key), Rule.UNKNOWN_FIELD, f"is not known here; expected: {expected}"
            )
    return {key: value for key, value in members.items() if value is not None}


def read_list(raw: object, path: str, longest: int) -> list[object]:
    if not isinstance(raw, list):
        raise QueryError(path, Rule.INVALID_VALUE, "must be a list")
    if len(raw) > longest:
        raise QueryError(path, Rule.MAX_LENGTH, f"must have at most {longest} items")
    return raw


def read_text(raw: object, path: str, longest: int = MAX_TEXT) -> str:
    """Text that Postgres can hold."""
    if not isinstance(raw, str):
        raise QueryError(path, Rule.INVALID_VALUE, "must be text")
    if len(raw) > longest:
        raise QueryError(path, Rule.MAX_LENGTH, f"must have at most {longest} characters")
    try:
        return storable(raw)
    except ValueError as error:
        raise QueryError(path, Rule.INVALID_VALUE, str(error)) from None


def read_boolean(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise QueryError(path, Rule.INVALID_VALUE, "must be true or false")
    return raw


def read_whole_number(raw: object, path: str) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise QueryError(path, Rule.INVALID_VALUE, "must be a whole number")
    return raw


def read_number(raw: object, path: str) -> int | float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise QueryError(path, Rule.INVALID_VALUE, "must be a number")
    # Neither NaN nor infinity lies between.
    if not -MOST <= raw <= MOST:
        raise QueryError(path, Rule.INVALID_VALUE, f"must lie between -{MOST} and {MOST}")
    return raw
