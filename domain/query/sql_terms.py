"""The columns of `requests r` as SQL expressions that are never null, and the parameters.

A column that may be null is read as two expressions, "is there" and "value, or else the lowest
one". So NOT is a true complement, missing values sort lowest, and rows compare as whole tuples.
The indexes of the table are on these same expressions.
"""

from domain.query.fields import Field


class Parameters:
    """The values of the placeholders `$n`, numbered from the first one that is free."""

    def __init__(self, first: int) -> None:
        self._first = first
        self.values: list[object] = []

    def add(self, value: object, sql_type: str) -> str:
        self.values.append(value)
        return f"${self._first + len(self.values) - 1}::{sql_type}"


def present_sql(field: Field) -> str:
    return f"r.{field.column} IS NOT NULL" if field.nullable else "TRUE"


def value_sql(field: Field) -> str:
    column = f"r.{field.column}"
    value = f"COALESCE({column}, {field.lowest})" if field.nullable else column
    # Byte order, whatever the database's own language is.
    return f'{value} COLLATE "C"' if field.kind.sql == "text" else value
