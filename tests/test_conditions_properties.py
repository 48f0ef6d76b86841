"""Random conditions against the oracle."""

from typing import Any

import pytest
from conditions_facts import EXAMPLE
from conditions_oracle import met
from conditions_strategies import EXAMPLE_FACTS, conditions, facts, simple_conditions
from hypothesis import example, given, settings
from hypothesis import strategies as st
from query_strategies import json_values

from domain.conditions import Facts, parse_conditions, unmet
from domain.query import QueryError

_almost_conditions = st.recursive(
    json_values,
    lambda inner: st.dictionaries(
        st.sampled_from(
            ["$and", "$or", "$not", "$in", "$gte", "quantity", "locale", "contact.vip", "product.x"]
        ),
        inner | st.lists(inner, max_size=3),
        max_size=3,
    ),
)


@settings(deadline=None, max_examples=500)
@given(raw=json_values | _almost_conditions, facts=facts)
@example(raw={"contact.vip": {"$in": [0.1, "\u2028"]}}, facts=EXAMPLE)
def test_any_json_is_conditions_or_a_query_error(raw: object, facts: dict[str, Any]) -> None:
    path = "conditions"
    try:
        unmet(parse_conditions(raw), Facts(**facts))
    except QueryError as error:
        path = error.field
    assert path.startswith("conditions")
    assert path.isascii()


@pytest.mark.parametrize("field", EXAMPLE_FACTS)
@pytest.mark.parametrize("negated", [False, True])
def test_every_operator_means_one_thing_on_every_value(field: str, negated: bool) -> None:
    for simple in simple_conditions(field):
        raw = {"$not": simple} if negated else simple
        parsed = parse_conditions(raw)
        for known in EXAMPLE_FACTS[field]:
            found = EXAMPLE | known
            assert (unmet(parsed, Facts(**found)) == "") == met(raw, found), (raw, known)


@settings(deadline=None, max_examples=2000)
@given(raw=conditions, facts=facts)
def test_there_is_a_reason_exactly_where_the_conditions_are_not_met(
    raw: dict[str, Any], facts: dict[str, Any]
) -> None:
    said = unmet(parse_conditions(raw), Facts(**facts))
    assert (said == "") == met(raw, facts)
    assert len(said) <= 400
    assert said.isprintable()


@settings(deadline=None, max_examples=500)
@given(raw=conditions, facts=facts)
def test_conditions_or_their_negation_hold_and_not_both_where_all_is_counted(
    raw: dict[str, Any], facts: dict[str, Any]
) -> None:
    outcomes = {unmet(parse_conditions(one), Facts(**facts)) == "" for one in (raw, {"$not": raw})}
    assert outcomes == {True, False} or (facts["quantity"] is None and outcomes == {True})
