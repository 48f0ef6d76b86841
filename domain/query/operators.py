"""The operators of one field: what each takes and the tree it becomes."""

from collections.abc import Callable
from typing import Literal

from domain.query.errors import QueryError, Rule
from domain.query.fields import Field, Value
from domain.query.filter import Compare, Filter, Not, Present, StartsWith, equal, one_of
from domain.query.shapes import read_boolean, read_list, read_text

MAX_LIST = 200
"""Values of one `$in`: two full pages of ids."""

Operator = Callable[[Field, object, str], Filter]


def _read(field: Field, raw: object, path: str) -> Value | None:
    return None if raw is None else field.kind.read(raw, path)


def _eq(field: Field, raw: object, path: str) -> Filter:
    return equal(field, _read(field, raw, path))


def _ne(field: Field, raw: object, path: str) -> Filter:
    return Not(_eq(field, raw, path))


def _in(field: Field, raw: object, path: str) -> Filter:
    values = read_list(raw, path, MAX_LIST)
    return one_of(field, [_read(field, value, f"{path}[{i}]") for i, value in enumerate(values)])


def _nin(field: Field, raw: object, path: str) -> Filter:
    return Not(_in(field, raw, path))


def _exists(field: Field, raw: object, path: str) -> Filter:
    return Present(field) if read_boolean(raw, path) else Not(Present(field))


def _starts_with(field: Field, raw: object, path: str) -> Filter:
    _require(field.kind.prefixed, field.name, path)
    return StartsWith(field, read_text(raw, path))


def _ordering(sign: Literal["<", "<=", ">", ">="]) -> Operator:
    def ordering(field: Field, raw: object, path: str) -> Filter:
        _require(field.kind.ordered, field.name, path)
        value = field.kind.read(raw, path)
        _require(not isinstance(value, bool), "true and false", path)
        return Compare(field, sign, value)

    return ordering


def _require(supported: bool, subject: str, path: str) -> None:
    if not supported:
        raise QueryError(path, Rule.UNSUPPORTED_OPERATOR, f"does not apply to {subject}")


OPERATORS: dict[str, Operator] = {
    "$eq": _eq,
    "$ne": _ne,
    "$gt": _ordering(">"),
    "$gte": _ordering(">="),
    "$ge": _ordering(">="),
    "$lt": _ordering("<"),
    "$lte": _ordering("<="),
    "$le": _ordering("<="),
    "$in": _in,
    "$nin": _nin,
    "$hasSome": _in,
    "$exists": _exists,
    "$startsWith": _starts_with,
}
