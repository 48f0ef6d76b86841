"""How sentences go: the phrases of each field, for what a comparison finds there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.conditions.evaluate import comparable
from domain.conditions.shown import elapsed, shown, with_unit
from domain.query.fields import Field, Value


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences about a field, with `{name}`, `{fact}` and `{judgement}` to fill in.

    `met` and `unmet` are the judgements by sign. `show_fact` takes a fact and the values given
    beside it, `show_given` one of those and the fact.
    """

    stated: str
    judged: str
    missing: str
    present: str
    met: Mapping[str, str]
    unmet: Mapping[str, str]
    show_fact: Callable[[Any, tuple[Any, ...]], str]
    show_given: Callable[[Value, object], str]


def words_of(field: Field) -> Words:
    return _OF_TIMES.get(field.name) or (_ATTRIBUTE if "." in field.name else _PLAIN)


def _show_fact(fact: object, given: tuple[Any, ...]) -> str:
    """Text is quoted beside a value of another type: `contact.vip is "true", not true`."""
    return shown(fact, quoted=any(comparable(fact, value) is None for value in given))


def _show_given(value: Value, fact: object) -> str:
    return shown(value, quoted=comparable(fact, value) is None)


def _show_span(value: Value, fact: object) -> str:
    return with_unit(value)


_PLAIN = Words(
    stated="{name} is {fact}",
    judged="{name} {fact} is {judgement}",
    missing="{name} is not known",
    present="{name} is known",
    met={"=": "{}", ">=": "at least {}", "<=": "at most {}", ">": "above {}", "<": "below {}"},
    unmet={
        "=": "not {}",
        ">=": "below the minimum of {}",
        "<=": "above the maximum of {}",
        ">": "not above {}",
        "<": "not below {}",
    },
    show_fact=_show_fact,
    show_given=_show_given,
)
_ATTRIBUTE = replace(_PLAIN, judged="{name} is {fact}, {judgement}")
_AGE = replace(
    _PLAIN,
    stated="the request is {fact} old",
    judged="the request is {fact} old, {judgement}",
    present="the request is {fact} old",
    show_fact=elapsed,
)
_PURCHASE = Words(
    stated="the item was bought {fact} ago",
    judged="the item was bought {fact} ago, {judgement}",
    missing="the item was never bought",
    present="the item was bought {fact} ago",
    met={">=": "at least {}", "<=": "at most {}", ">": "more than {}", "<": "less than {}"},
    unmet={
        "=": "not {}",
        ">=": "less than {}",
        "<=": "more than {}",
        ">": "not more than {}",
        "<": "not less than {}",
    },
    show_fact=elapsed,
    show_given=_show_span,
)
_OF_TIMES = {"ageDays": _AGE, "daysSincePurchase": _PURCHASE}
