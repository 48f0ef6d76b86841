"""Random conditions and facts, from pools so small that values meet."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

_DAY = timedelta(days=1)
_odd_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
_any_text = st.text(max_size=4) | st.sampled_from(["a" * 500, "a\nb", "\u2028", "\x1b[1m", "a; b"])

QUANTITIES = [0, 1, 2, 5]
LOCALES = ["sv-SE", "sv_se", "SV-SE", "sv", "pl-PL", "pl_pl"]
SKUS = ["AD_1", "ad_1", "AD_2", "AB_1", "12"]
DAYS = [0, 1, 2, 3, 0.5, 2.5, 180]
TIMES = [day * _DAY for day in DAYS] + [
    timedelta(microseconds=1),
    3 * _DAY - timedelta(microseconds=1),
    3 * _DAY + timedelta(microseconds=1),
    -_DAY,
    timedelta.min,
    timedelta.max,
]
PRICES = [0, 5, 199.9, 500, -1.5]
PRICE_TEXTS = [
    "",
    "0.00",
    "5",
    " 5 ",
    "199.90",
    "500.00",
    "-1.5",
    "5 kg",
    "1e3",
    "1" * 31,
    "\u0665",
]
TEXTS = ["", "a", "A", "Ab", "true", "5", "5.0", "zero"]
NUMBERS = [0, 1, 5, 5.0, -0.0, 2.5, 10**15]

_EXAMPLES: dict[str, list[Any]] = {
    "quantity": [*QUANTITIES, -1],
    "locale": LOCALES,
    "sku": SKUS,
    "externalId": TEXTS,
    "ageDays": DAYS,
    "daysSincePurchase": DAYS,
    "product.price": PRICES,
    "product.brand": [*TEXTS, *PRICES],
    "contact.vip": [True, False, *TEXTS, *NUMBERS],
}
_PREFIXED = {"locale", "sku", "externalId", "product.brand", "contact.vip"}
_UNORDERED = {"locale"}
_EQUALITY = ["$eq", "$ne"]
_MEMBERSHIP = ["$in", "$nin", "$hasSome"]
_ORDERING = ["$gt", "$gte", "$ge", "$lt", "$lte", "$le"]


def _values(field: str) -> st.SearchStrategy[Any]:
    odd = _odd_text if field in _PREFIXED else st.nothing()
    return st.sampled_from(_EXAMPLES[field]) | odd


def _operators(field: str) -> st.SearchStrategy[dict[str, Any]]:
    value = _values(field)
    kinds: list[st.SearchStrategy[Any]] = [
        st.tuples(st.sampled_from(_EQUALITY), value | st.none()),
        st.tuples(st.sampled_from(_MEMBERSHIP), st.lists(value | st.none(), max_size=7)),
        st.tuples(st.just("$exists"), st.booleans()),
    ]
    if field not in _UNORDERED:
        ordering = st.sampled_from(_ORDERING)
        kinds.append(st.tuples(ordering, value.filter(lambda one: not isinstance(one, bool))))
    if field in _PREFIXED:
        texts = value.filter(lambda one: isinstance(one, str))
        kinds.append(st.tuples(st.just("$startsWith"), texts))
    plain = st.lists(st.one_of(kinds), min_size=1, max_size=2).map(dict)
    return plain | plain.map(lambda operators: {"$not": operators})


_by_field = [
    st.tuples(st.just(field), _values(field) | st.none() | _operators(field)) for field in _EXAMPLES
]
_leaves = st.lists(st.one_of(_by_field), min_size=1, max_size=1).map(dict) | st.lists(
    st.one_of(_by_field), max_size=3
).map(dict)

conditions: st.SearchStrategy[dict[str, Any]] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$and": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$or": parts}),
        inner.map(lambda part: {"$not": part}),
    ),
    max_leaves=5,
)


def simple_conditions(field: str) -> Iterator[dict[str, Any]]:
    """Every operator of a field with every example."""
    examples = _EXAMPLES[field]
    ordered = [one for one in examples if field not in _UNORDERED and not isinstance(one, bool)]
    prefixes = [one for one in examples if field in _PREFIXED and isinstance(one, str)]
    operands = [
        *((operator, value) for operator in _EQUALITY for value in [*examples, None]),
        *((operator, [value, None]) for operator in _MEMBERSHIP for value in examples),
        *((operator, examples[:2]) for operator in _MEMBERSHIP),
        *(("$exists", there) for there in (False, True)),
        *((operator, value) for operator in _ORDERING for value in ordered),
        *(("$startsWith", prefix) for prefix in prefixes),
    ]
    yield from ({field: {operator: operand}} for operator, operand in operands)


_scalars = st.sampled_from([True, False, *TEXTS, *NUMBERS]) | _any_text | st.integers()
_json = _scalars | st.floats() | st.none() | st.lists(st.integers(), max_size=2)
_attributes = _json | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
_ATTRIBUTES = [True, False, None, *TEXTS, *NUMBERS, *PRICE_TEXTS, ["a"], {"a": 1}, float("nan")]

EXAMPLE_FACTS: dict[str, list[dict[str, Any]]] = {
    "quantity": [{"quantity": value} for value in [None, *QUANTITIES]],
    "locale": [{"locale": value} for value in [None, "", *LOCALES]],
    "sku": [{"skus": value} for value in [(), ("",), *zip(SKUS), *pairwise(SKUS)]],
    "externalId": [{"external_id": value} for value in [None, *TEXTS]],
    "ageDays": [{"age": value} for value in TIMES],
    "daysSincePurchase": [{"since_purchase": value} for value in [None, *TIMES]],
    "product.price": [{"product": {"price": value}} for value in _ATTRIBUTES],
    "product.brand": [{"product": {"brand": value}} for value in _ATTRIBUTES],
    "contact.vip": [{"contact": {"vip": value}} for value in _ATTRIBUTES],
}
"""By field, facts that it reads in every way."""

facts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "quantity": st.none() | st.sampled_from(QUANTITIES) | st.integers(),
        "locale": st.none() | st.sampled_from(["", *LOCALES]) | _any_text,
        "skus": st.lists(st.sampled_from(["", *SKUS]) | _any_text, max_size=3).map(tuple),
        "external_id": st.none() | st.sampled_from(TEXTS) | _any_text,
        "age": st.sampled_from(TIMES) | st.timedeltas(),
        "since_purchase": st.none() | st.sampled_from(TIMES) | st.timedeltas(),
        "product": st.fixed_dictionaries(
            {},
            optional={
                "price": st.sampled_from(PRICE_TEXTS) | _attributes,
                "brand": st.sampled_from([*PRICE_TEXTS, *TEXTS]) | _attributes,
            },
        ),
        "contact": st.fixed_dictionaries({}, optional={"vip": _attributes}),
    }
)
