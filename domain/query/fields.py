"""What a filter may name: fields, and the kinds of their values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.query.shapes import read_text

Value = str | bool | int | float | datetime | UUID


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of value. `ordered` takes `$gt` and its like, `prefixed` takes `$startsWith`.

    A kind may read values of several types; true and false are never ordered.
    """

    read: Callable[[object, str], Value]
    ordered: bool = True
    prefixed: bool = False


TEXT = Kind(read_text, prefixed=True)


@dataclass(frozen=True, slots=True)
class Field:
    """A field by the name a filter gives it."""

    name: str
    kind: Kind


FindField = Callable[[str, str], Field]
"""The field of a name found at a path; a `QueryError` for that path when there is none."""
