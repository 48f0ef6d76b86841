"""Whether conditions hold of facts. Every node is true or false, whatever the facts are."""

import operator
import re
from collections.abc import Callable
from typing import Any

from domain.conditions.facts import Facts, compared_facts_of, facts_of, is_uncounted
from domain.locales import locale_key
from domain.query.fields import Field
from domain.query.filter import AllOf, AnyOf, Compare, Filter, Not, OneOf, Present, StartsWith
from domain.query.prefix import fold

Comparison = Compare | OneOf | StartsWith

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(node: Filter, facts: Facts, negated: bool = False) -> bool:
    """Whether a node holds, or with `negated` its opposite.

    Both do where all hangs on a quantity that nobody counted: the negation is carried down to
    the comparisons, and each of those of that quantity is true.
    """
    match node:
        case Not(part):
            return holds(part, facts, not negated)
        case AllOf(parts) | AnyOf(parts):
            joined = all if isinstance(node, AllOf) is not negated else any
            return joined(holds(part, facts, negated) for part in parts)
        case Present(field):
            return bool(facts_of(field, facts)) is not negated
        case _:
            return is_uncounted(node.field, facts) or _compares(node, facts) is not negated


def fact_holds(node: Comparison, fact: object) -> bool:
    """Whether one fact compares so."""
    match node:
        case Compare(field, sign, value):
            return _pair_holds(field, sign, fact, value)
        case OneOf(field, values):
            return any(_pair_holds(field, "=", fact, value) for value in values)
        case StartsWith(field, prefix):
            start = fold(_key(field, prefix))
            return isinstance(fact, str) and fold(_key(field, fact)).startswith(start)


def comparable(fact: object, given: object) -> object:
    """The fact as a value of the type of the given one; None where it is of another."""
    if isinstance(given, bool):
        return fact if isinstance(fact, bool) else None
    if isinstance(given, str):
        return fact if isinstance(fact, str) else None
    return _number(fact)


def _compares(node: Comparison, facts: Facts) -> bool:
    return any(fact_holds(node, fact) for fact in compared_facts_of(node.field, facts))


def _pair_holds(field: Field, sign: str, fact: object, given: object) -> bool:
    value = comparable(fact, given)
    return value is not None and _SIGNS[sign](_key(field, value), _key(field, given))


def _key(field: Field, value: object) -> Any:
    return locale_key(value) if field.name == "locale" and isinstance(value, str) else value


def _number(fact: object) -> int | float | None:
    if isinstance(fact, str):
        text = fact.strip()
        return _read(text) if _NUMBER.fullmatch(text) else None
    return fact if isinstance(fact, int | float) and not isinstance(fact, bool) else None


def _read(text: str) -> int | float:
    return float(text) if "." in text else int(text)
