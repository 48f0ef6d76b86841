"""The fields as SQL expressions over `requests r` that are never null, and the parameters.

A missing value becomes a value below all others. So comparisons are true or false, NOT is a true
complement, missing values sort lowest, and rows compare as tuples, which an index can serve.
The indexes of the table are on these same expressions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.query.fields import Field, Value


def _itself(value: Value | None) -> object:
    return value


def _marked(text: Value | None) -> object:
    return "" if text is None else f"={text}"


def _numbered(flag: Value | None) -> object:
    return -1 if flag is None else int(bool(flag))


@dataclass(frozen=True, slots=True)
class Term:
    """An expression and its type, what stands in for a missing value, and how values are put.

    `missing` is empty where no row misses the value. Text is in byte order, whatever language the
    database is in.
    """

    expression: str
    sql_type: str
    missing: str = ""
    put: Callable[[Value | None], object] = _itself


_TERMS = {
    "id": Term("r.id", "uuid"),
    "contactId": Term("r.contact_id", "uuid"),
    "status": Term('r.status COLLATE "C"', "text"),
    "autoNotified": Term("COALESCE(r.auto_notified::integer, -1)", "integer", "-1", _numbered),
    "createdDate": Term("r.created_date", "timestamptz"),
    # The mark in front keeps an empty text apart from, and above, a missing one.
    "address": Term('r.address_key COLLATE "C"', "text"),
    "itemKey": Term("r.item_key", "text"),
    "itemUrl": Term("COALESCE('=' || r.item_url, '') COLLATE \"C\"", "text", "''", _marked),
}


def term_of(field: Field) -> Term:
    return _TERMS[field.name]


class Parameters:
    """The values of the placeholders `$n`, numbered from the first one that is free."""

    def __init__(self, first: int) -> None:
        self._first = first
        self.values: list[object] = []

    def add(self, value: object, sql_type: str) -> str:
        self.values.append(value)
        return f"${self._first + len(self.values) - 1}::{sql_type}"
