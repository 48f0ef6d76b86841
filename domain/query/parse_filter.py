"""Reads the JSON of a filter into its tree, within limits."""

import json

from domain.query.errors import QueryError, Rule, member
from domain.query.fields import Field, FindField
from domain.query.filter import AnyOf, Filter, Not, all_of
from domain.query.operators import OPERATORS
from domain.query.shapes import read_list, read_object

MAX_DEPTH = 8
"""Levels of `$and`, `$or` and `$not` within each other."""

MAX_CLAUSES = 100
"""Conditions, operators and list entries of one filter, each counted once."""

MAX_FILTER_BYTES = 8192
"""Compact JSON of a filter: what a cursor can carry besides the place it stands for."""


def parse_filter(raw: object, path: str, find_field: FindField) -> tuple[Filter, str]:
    """The tree of a filter and its compact JSON, or a `QueryError`.

    `find_field` knows the fields that the filter may name.
    """
    tree = _Reader(find_field).conditions(raw, path, 0)
    # Only now is the JSON known to be small in depth and count, and free of odd characters.
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MAX_FILTER_BYTES:
        raise QueryError(path, Rule.TOO_LARGE, f"must fit {MAX_FILTER_BYTES} bytes of JSON")
    return tree, text


class _Reader:
    """Reads one filter and keeps count of its clauses."""

    def __init__(self, find_field: FindField) -> None:
        self._find_field = find_field
        self._clauses = 0

    def conditions(self, raw: object, path: str, depth: int) -> Filter:
        members = _enter(raw, path, depth)
        parts = [(key, part, member(path, key)) for key, part in members.items()]
        return all_of([self._condition(*part, depth) for part in parts])

    def _condition(self, key: str, raw: object, path: str, depth: int) -> Filter:
        self._count(path)
        if key == "$and":
            return all_of(self._parts(raw, path, depth))
        if key == "$or":
            return AnyOf(tuple(self._parts(raw, path, depth)))
        if key == "$not":
            return Not(self.conditions(raw, path, depth + 1))
        if key.startswith("$"):
            raise _unknown_operator(path, ("$and", "$or", "$not"))
        return self._field(self._find_field(key, path), raw, path, depth)

    def _parts(self, raw: object, path: str, depth: int) -> list[Filter]:
        parts = read_list(raw, path, MAX_CLAUSES)
        if not parts:
            raise QueryError(path, Rule.INVALID_VALUE, "must not be empty")
        return [self._part(part, f"{path}[{i}]", depth + 1) for i, part in enumerate(parts)]

    def _part(self, raw: object, path: str, depth: int) -> Filter:
        self._count(path)
        return self.conditions(raw, path, depth)

    def _field(self, field: Field, raw: object, path: str, depth: int) -> Filter:
        """Either a bare value, which means `$eq`, or an object of operators, which is an AND."""
        if not isinstance(raw, dict):
            return OPERATORS["$eq"](field, raw, path)
        operators = _enter(raw, path, depth)
        if not operators:
            raise QueryError(path, Rule.INVALID_VALUE, "must have an operator")
        parts = [(name, part, member(path, name)) for name, part in operators.items()]
        return all_of([self._operator(field, *part, depth) for part in parts])

    def _operator(self, field: Field, name: str, raw: object, path: str, depth: int) -> Filter:
        self._count(path)
        if name == "$not":
            return Not(self._field(field, read_object(raw, path), path, depth + 1))
        if name not in OPERATORS:
            raise _unknown_operator(path, (*OPERATORS, "$not"))
        return OPERATORS[name](field, raw, path)

    def _count(self, path: str) -> None:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise QueryError(path, Rule.TOO_MANY_CLAUSES, f"is past {MAX_CLAUSES} clauses")


def _enter(raw: object, path: str, depth: int) -> dict[str, object]:
    if depth > MAX_DEPTH:
        raise QueryError(path, Rule.TOO_DEEP, f"nests more than {MAX_DEPTH} levels")
    return read_object(raw, path)


def _unknown_operator(path: str, known: tuple[str, ...]) -> QueryError:
    return QueryError(path, Rule.UNKNOWN_OPERATOR, f"is not one of {', '.join(known)}")
