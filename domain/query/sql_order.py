"""ORDER BY, and the condition for the rows beyond a place in that order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from domain.query.fields import Value
from domain.query.sort import SortKey
from domain.query.sql_terms import Parameters, present_sql, value_sql


@dataclass(frozen=True, slots=True)
class _Term:
    """One expression of the order and what the row at the place has there."""

    expression: str
    placed: str
    descending: bool


def order_sql(sort: tuple[SortKey, ...], backward: bool) -> str:
    ways = {False: "ASC", True: "DESC"}
    return ", ".join(
        f"{expression} {ways[key.descending != backward]}"
        for key in sort
        for expression in _expressions(key)
    )


def beyond_sql(
    sort: tuple[SortKey, ...],
    values: tuple[Value | None, ...],
    backward: bool,
    parameters: Parameters,
) -> str:
    """The rows that come after these sort values, or before them when going backward."""
    terms = [
        term
        for key, value in zip(sort, values, strict=True)
        for term in _terms(key, value, backward, parameters)
    ]
    runs = groupby(terms, key=lambda term: term.descending)
    return _beyond([(descending, list(run)) for descending, run in runs])


def _expressions(key: SortKey) -> list[str]:
    value = value_sql(key.field)
    return [f"({present_sql(key.field)})", value] if key.field.nullable else [value]


def _terms(
    key: SortKey, value: Value | None, backward: bool, parameters: Parameters
) -> Iterator[_Term]:
    descending = key.descending != backward
    present, *_ = expressions = _expressions(key)
    if key.field.nullable:
        yield _Term(present, "FALSE" if value is None else "TRUE", descending)
    placed = key.field.lowest if value is None else parameters.add(value, key.field.kind.sql)
    yield _Term(expressions[-1], str(placed), descending)


def _beyond(runs: list[tuple[bool, list[_Term]]]) -> str:
    """Terms of one direction compare as one tuple, which an index can serve.

    Where directions mix, the first run alone still bounds the scan: at or beyond the place in
    the first run, and then beyond it there or in the rest.
    """
    (descending, terms), *rest = runs
    sign = "<" if descending else ">"
    columns = ", ".join(term.expression for term in terms)
    place = ", ".join(term.placed for term in terms)
    ahead = f"({columns}) {sign} ({place})"
    if not rest:
        return ahead
    return f"(({columns}) {sign}= ({place}) AND ({ahead} OR {_beyond(rest)}))"
