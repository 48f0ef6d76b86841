"""ORDER BY, and the condition for the rows beyond a place in that order."""

from dataclasses import dataclass
from itertools import groupby

from domain.query.fields import Value
from domain.query.sort import SortKey
from domain.query.sql_terms import Parameters, term_of


@dataclass(frozen=True, slots=True)
class _Step:
    """One expression of the order and what the row at the place has there."""

    expression: str
    placed: str
    descending: bool


def order_sql(sort: tuple[SortKey, ...], backward: bool) -> str:
    ways = {False: "ASC", True: "DESC"}
    return ", ".join(
        f"{term_of(key.field).expression} {ways[key.descending != backward]}" for key in sort
    )


def beyond_sql(
    sort: tuple[SortKey, ...],
    values: tuple[Value | None, ...],
    backward: bool,
    parameters: Parameters,
) -> str:
    """The rows that come after these sort values, or before them when going backward."""
    steps = [
        _step(key, value, backward, parameters) for key, value in zip(sort, values, strict=True)
    ]
    runs = groupby(steps, key=lambda step: step.descending)
    return _beyond([(descending, list(run)) for descending, run in runs])


def _step(key: SortKey, value: Value | None, backward: bool, parameters: Parameters) -> _Step:
    term = term_of(key.field)
    placed = parameters.add(term.put(value), term.sql_type)
    return _Step(term.expression, placed, key.descending != backward)


def _beyond(runs: list[tuple[bool, list[_Step]]]) -> str:
    """At the place or beyond it in the first run; then beyond it there or in the rest.

    Steps of one direction compare as one tuple, which an index can serve. The last one is the id:
    no other row has it. "At or beyond" also tells the planner how many rows share the first value,
    where "beyond" lets it expect none and take the wrong index.
    """
    (descending, steps), *rest = runs
    sign = "<" if descending else ">"
    columns = ", ".join(step.expression for step in steps)
    place = ", ".join(step.placed for step in steps)
    reached = f"({columns}) {sign}= ({place})"
    if not rest:
        return f"({reached} AND {steps[-1].expression} <> {steps[-1].placed})"
    return f"({reached} AND (({columns}) {sign} ({place}) OR {_beyond(rest)}))"
