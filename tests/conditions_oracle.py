"""What conditions mean, said a second time: straight over the JSON and facts as a plain dict.

Shares no code with `domain.conditions` or `domain.query`, so that the two can be held against
each other. Every comparison is asked with the number of `$not` around it, odd or even.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from string import ascii_lowercase, ascii_uppercase
from typing import Any

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_NEVER = object()
_MICROSECOND = timedelta(microseconds=1)

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "same": lambda value, given: value == given,
    "$gt": lambda value, given: value > given,
    "$gte": lambda value, given: value >= given,
    "$ge": lambda value, given: value >= given,
    "$lt": lambda value, given: value < given,
    "$lte": lambda value, given: value <= given,
    "$le": lambda value, given: value <= given,
    "$startsWith": lambda value, given: value.translate(_LOWER).startswith(given.translate(_LOWER)),
}


def met(conditions: Mapping[str, Any], facts: Mapping[str, Any], wanted: bool = True) -> bool:
    """Whether conditions come out as wanted."""
    outcomes = [_condition(key, given, facts, wanted) for key, given in conditions.items()]
    return all(outcomes) if wanted else any(outcomes)


def _condition(key: str, given: Any, facts: Mapping[str, Any], wanted: bool) -> bool:
    if key == "$not":
        return met(given, facts, not wanted)
    if key in ("$and", "$or"):
        outcomes = [met(part, facts, wanted) for part in given]
        return all(outcomes) if (key == "$and") == wanted else any(outcomes)
    operators = given if isinstance(given, dict) else {"$eq": given}
    outcomes = [_operator(key, *operator, facts, wanted) for operator in operators.items()]
    return all(outcomes) if wanted else any(outcomes)


def _operator(key: str, name: str, given: Any, facts: Mapping[str, Any], wanted: bool) -> bool:
    match name:
        case "$not":
            return _condition(key, given, facts, not wanted)
        case "$ne":
            return _operator(key, "$eq", given, facts, not wanted)
        case "$nin":
            return _operator(key, "$in", given, facts, not wanted)
        case "$eq":
            return _operator(key, "$in", [given], facts, wanted)
        case "$exists":
            return (_present(key, facts) == given) == wanted
        case "$in" | "$hasSome":
            outcomes = [_operator(key, "$exists", False, facts, wanted)] if None in given else []
            outcomes.append(
                _compared(key, "one", [v for v in given if v is not None], facts, wanted)
            )
            return any(outcomes) if wanted else all(outcomes)
        case _:
            return _compared(key, name, given, facts, wanted)


def _compared(key: str, name: str, given: Any, facts: Mapping[str, Any], wanted: bool) -> bool:
    if key == "quantity" and facts["quantity"] is None:
        return True
    return any(_test(key, name, value, given) for value in _values(key, facts)) == wanted


def _present(key: str, facts: Mapping[str, Any]) -> bool:
    return any(value is not _NEVER for value in _values(key, facts))


def _values(key: str, facts: Mapping[str, Any]) -> list[Any]:
    holder, dot, name = key.partition(".")
    if dot:
        value = facts[holder].get(name)
        return [] if value is None or (holder, value) == ("product", "") else [value]
    match key:
        case "ageDays":
            return [_days(facts["age"])]
        case "daysSincePurchase":
            since = facts["since_purchase"]
            return [_NEVER if since is None else _days(since)]
        case "quantity":
            return [] if facts["quantity"] is None else [facts["quantity"]]
        case "sku":
            return [sku for sku in facts["skus"] if sku]
    value = facts[{"locale": "locale", "externalId": "external_id"}[key]]
    return [value] if value else []


def _days(time: timedelta) -> Fraction:
    """Exactly."""
    return Fraction(max(time // _MICROSECOND, 0), 24 * 60 * 60 * 10**6)


def _test(key: str, name: str, value: Any, given: Any) -> bool:
    if name == "one":
        return any(_test(key, "same", value, one) for one in given)
    if value is _NEVER:
        return name in ("$gt", "$gte", "$ge")
    if type(given) in (int, float):
        value = _as_number(value)
    elif type(value) is not type(given):
        value = None
    if key == "locale":
        value, given = (text.replace("_", "-").lower() for text in (value, given))
    return value is not None and bool(_TESTS[name](value, given))


def _as_number(value: Any) -> Any:
    if isinstance(value, str):
        plain = re.fullmatch(r"\s*([+-]?[0-9]{1,30}(\.[0-9]{1,30})?)\s*", value)
        return float(plain[1]) if plain else None
    return value if type(value) in (int, float, Fraction) else None
