"""The syntax tree of a filter. Every node is true or false of a row, never unknown."""

from dataclasses import dataclass
from typing import Literal

from domain.query.fields import Field, Value


@dataclass(frozen=True, slots=True)
class Compare:
    """The value is there and compares so."""

    field: Field
    operator: Literal["=", "<", "<=", ">", ">="]
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is there and is one of these."""

    field: Field
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The value is there and its text starts so, whatever the case of the letters A to Z."""

    field: Field
    prefix: str


@dataclass(frozen=True, slots=True)
class Present:
    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    part: "Filter"


@dataclass(frozen=True, slots=True)
class AllOf:
    """True of every row when there are no parts."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Filter", ...]


Filter = Compare | OneOf | StartsWith | Present | Not | AllOf | AnyOf


def all_of(parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def equal(field: Field, value: Value | None) -> Filter:
    return Not(Present(field)) if value is None else Compare(field, "=", value)


def one_of(field: Field, values: list[Value | None]) -> Filter:
    given = OneOf(field, tuple(value for value in values if value is not None))
    return AnyOf((given, Not(Present(field)))) if None in values else given
