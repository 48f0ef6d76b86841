"""What conditions take, what they mean, and how they say what is wrong with them."""

from typing import Any

import pytest
from conditions_facts import reason

from domain.conditions import parse_conditions
from domain.query import QueryError, Rule


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"$and": [{}]},
        {"locale": {"$in": ["sv-SE", "PL_pl"]}},
        {"locale": {"$startsWith": "PL_"}},
        {"sku": {"$startsWith": "ab"}},
        {"sku": {"$startsWith": "AB_1"}},
        {"product.price": 600},
        {"product.price": {"$gt": 599.99, "$lt": 600.01}},
        {"product.brand": {"$ne": "acme"}},
        {"product.gtin": {"$ne": "1"}},
        {"contact.vip": {"$ne": 0}},
        {"contact.tags": {"$exists": True, "$ne": "a"}},
        {"contact.gone": None},
        {"externalId": {"$in": [None, "E1"]}},
        {"ageDays": {"$gt": 200, "$lt": 200.3}},
        {"daysSincePurchase": {"$lt": 5, "$exists": True}},
    ],
)
def test_conditions_that_are_met_give_no_reason(raw: object) -> None:
    assert reason(raw) == ""


@pytest.mark.parametrize("raw", [{"$gte": 5}, {"$gt": 10**15}, {"$ne": 5}, {"$exists": False}])
def test_never_bought_is_infinitely_long_ago(raw: object) -> None:
    assert reason({"daysSincePurchase": raw}, since_purchase=None) == ""


@pytest.mark.parametrize(
    "raw",
    [
        {"quantity": {"$gte": 2}},
        {"quantity": {"$lt": 2}},
        {"quantity": {"$in": []}},
        {"quantity": {"$ne": 2}},
        {"quantity": {"$not": {"$gte": 2}}},
        {"$not": {"quantity": {"$gte": 2}}},
        {"$not": {"$not": {"quantity": 2}}},
        {"$not": {"$and": [{"quantity": 2}, {"locale": "pl-PL"}]}},
        {"$or": [{"locale": "sv-SE"}, {"quantity": 2}]},
        {"quantity": {"$exists": False}},
    ],
)
def test_a_quantity_that_nobody_counted_holds_nobody_back(raw: object) -> None:
    assert reason(raw, quantity=None) == ""


def test_a_quantity_that_nobody_counted_does_not_meet_the_other_conditions() -> None:
    either = {"$or": [{"quantity": 2}, {"locale": "pl-PL"}]}
    assert reason({"$not": either}, quantity=None) == "it must not be that locale is pl-PL"


@pytest.mark.parametrize("text", ["5", "5.0", "+5", " 5\n", "005.00", "5." + "0" * 30])
def test_text_that_is_a_plain_number_is_that_number_beside_one(text: str) -> None:
    assert reason({"contact.n": 5, "product.n": {"$in": [5]}}, **_both(text)) == ""


@pytest.mark.parametrize("text", ["", "5,0", "5e0", "\u0665", "5 kg", "0x5", "5.", "9" * 5000])
def test_other_text_is_no_number(text: str) -> None:
    assert reason({"contact.n": {"$gte": -1}}, **_both(text)).endswith(", not a number")
    assert reason({"product.n": {"$gte": -1}}, **_both(text))


def _both(value: object) -> dict[str, Any]:
    return {"contact": {"n": value}, "product": {"n": value}}


@pytest.mark.parametrize(
    ("value", "equal"), [(True, [True]), (1, ["1", 1.0]), ("1", ["1"]), ("true", ["true"])]
)
def test_a_value_is_met_by_its_own_type_only(value: object, equal: list[object]) -> None:
    found = [True, "1", 1.0, "true", ["1"], None]
    assert [one for one in found if not reason({"contact.n": value}, **_both(one))] == equal


def test_empty_text_is_missing_from_the_feed_but_not_from_a_contact() -> None:
    assert reason({"contact.n": ""}, **_both("")) == ""
    assert reason({"product.n": ""}, **_both("")) == "product.n is not known"
    assert reason({"locale": ""}, locale="") == "locale is not known"


@pytest.mark.parametrize(
    ("raw", "path", "rule"),
    [
        (None, "", Rule.INVALID_VALUE),
        ([], "", Rule.INVALID_VALUE),
        ({"status": "FAILED"}, ".status", Rule.UNKNOWN_FIELD),
        ({"product": "x"}, ".product", Rule.UNKNOWN_FIELD),
        ({"request.id": "x"}, "['request.id']", Rule.UNKNOWN_FIELD),
        ({"contact.": "x"}, "['contact.']", Rule.UNKNOWN_FIELD),
        ({"contact.a\nb": "x"}, "['contact.a\\nb']", Rule.UNKNOWN_FIELD),
        ({"contact.\x85": "x"}, "['contact.\\x85']", Rule.UNKNOWN_FIELD),
        ({"contact.\ud800": "x"}, "['contact.\\ud800']", Rule.UNKNOWN_FIELD),
        (
            {f"product.{'x' * 101}": "x"},
            f"['product.{'x' * 56}']",
            Rule.UNKNOWN_FIELD,
        ),
        ({"quantity": {"$gte": "2"}}, ".quantity.$gte", Rule.INVALID_VALUE),
        ({"quantity": {"$gte": 2.0}}, ".quantity.$gte", Rule.INVALID_VALUE),
        ({"quantity": {"$gte": True}}, ".quantity.$gte", Rule.INVALID_VALUE),
        ({"quantity": 10**5000}, ".quantity", Rule.INVALID_VALUE),
        ({"quantity": {"$startsWith": "1"}}, ".quantity.$startsWith", Rule.UNSUPPORTED_OPERATOR),
        ({"quantity": {"$regex": "1"}}, ".quantity.$regex", Rule.UNKNOWN_OPERATOR),
        ({"locale": {"$in": ["sv", 1]}}, ".locale.$in[1]", Rule.INVALID_VALUE),
        ({"locale": {"$gt": "sv"}}, ".locale.$gt", Rule.UNSUPPORTED_OPERATOR),
        ({"ageDays": {"$lte": "180"}}, ".ageDays.$lte", Rule.INVALID_VALUE),
        ({"ageDays": {"$lte": False}}, ".ageDays.$lte", Rule.INVALID_VALUE),
        ({"ageDays": float("nan")}, ".ageDays", Rule.INVALID_VALUE),
        ({"ageDays": float("inf")}, ".ageDays", Rule.INVALID_VALUE),
        ({"ageDays": -(10**15) - 1}, ".ageDays", Rule.INVALID_VALUE),
        ({"ageDays": {"$gt": None}}, ".ageDays.$gt", Rule.INVALID_VALUE),
        ({"product.price": "500"}, "['product.price']", Rule.INVALID_VALUE),
        ({"product.adult": True}, "['product.adult']", Rule.INVALID_VALUE),
        (
            {"contact.vip": {"$gt": True}},
            "['contact.vip'].$gt",
            Rule.UNSUPPORTED_OPERATOR,
        ),
        ({"contact.vip": {"$in": [[]]}}, "['contact.vip'].$in[0]", Rule.INVALID_VALUE),
        ({"contact.x": {"$eq": {}}}, "['contact.x'].$eq", Rule.INVALID_VALUE),
        ({"contact.x": "a\0"}, "['contact.x']", Rule.INVALID_VALUE),
        ({"contact.x": {"$startsWith": 1}}, "['contact.x'].$startsWith", Rule.INVALID_VALUE),
        ({"$or": [{}] * 100}, ".$or[99]", Rule.TOO_MANY_CLAUSES),
        ({"sku": {"$in": ["x" * 2048] * 4}}, "", Rule.TOO_LARGE),
    ],
)
def test_wrong_conditions_are_refused_by_the_path_of_what_is_wrong(
    raw: object, path: str, rule: Rule
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_conditions(raw)
    assert (caught.value.field, caught.value.rule_name) == (f"conditions{path}", rule)
    assert caught.value.description


@pytest.mark.parametrize(
    ("raw", "description"),
    [
        ({"product.adult": True}, "must be text or a number"),
        ({"contact.vip": []}, "must be text, a number, true or false"),
        ({"product.price": "5"}, "must be a number"),
        ({"contact.vip": {"$lt": True}}, "does not apply to true and false"),
        ({"ageDays": 10**15 + 1}, f"must lie between -{10**15} and {10**15}"),
    ],
)
def test_a_refusal_says_what_is_expected(raw: object, description: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_conditions(raw)
    assert caught.value.description == description


def test_the_path_starts_where_the_caller_says() -> None:
    with pytest.raises(QueryError, match=r"^policy\.conditions\.size: is not one of quantity, "):
        parse_conditions({"size": 1}, "policy.conditions")


def test_an_attribute_name_may_have_dots_spaces_and_a_hundred_characters() -> None:
    for name in ("a.b", "shoe size", "å" * 100):
        raw = {f"contact.{name}": True}
        assert reason(raw, contact={name: True}) == ""
        assert reason(raw, contact={name: False}) == f"contact.{name} is false, not true"


def test_conditions_are_equal_by_their_json() -> None:
    yes, one = parse_conditions({"contact.vip": True}), parse_conditions({"contact.vip": 1})
    assert yes != one
    assert {yes, parse_conditions({"contact.vip": True})} == {yes}
