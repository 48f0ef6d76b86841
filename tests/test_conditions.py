"""How conditions say why a shopper is not told."""

from datetime import timedelta
from typing import Any

import pytest
from conditions_facts import reason


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"quantity": {"$gte": 2}}, "quantity 1 is below the minimum of 2"),
        ({"quantity": {"$lte": 0}}, "quantity 1 is above the maximum of 0"),
        ({"quantity": {"$gt": 1}}, "quantity 1 is not above 1"),
        ({"quantity": {"$lt": 1}}, "quantity 1 is not below 1"),
        ({"quantity": 2}, "quantity 1 is not 2"),
        ({"quantity": {"$ne": 1}}, "it must not be that quantity is 1"),
        ({"locale": "sv-SE"}, "locale pl-PL is not sv-SE"),
        ({"locale": {"$in": ["sv-SE", "sv-FI"]}}, "locale pl-PL is none of sv-SE, sv-FI"),
        ({"locale": {"$in": []}}, "locale pl-PL is none of an empty list"),
        ({"locale": {"$in": list("abcde")}}, "locale pl-PL is none of a, b, c, d, e"),
        ({"locale": {"$in": list("abcdef")}}, "locale pl-PL is none of a, b, c, d, e and 1 more"),
        (
            {"locale": {"$nin": ["sv-SE", "PL_pl"]}},
            "it must not be that locale pl-PL is one of sv-SE, PL_pl",
        ),
        ({"sku": {"$startsWith": "AD_"}}, "sku AB_1 does not start with AD_"),
        (
            {"$not": {"sku": {"$startsWith": "ab_"}}},
            "it must not be that sku AB_1 starts with ab_",
        ),
        ({"externalId": "E1"}, "externalId is not known"),
        ({"externalId": {"$exists": True}}, "externalId is not known"),
        ({"contact.vip": True}, "contact.vip is false, not true"),
        ({"contact.vip": None}, "it must not be that contact.vip is known"),
        ({"contact.gone": "x"}, "contact.gone is not known"),
        ({"contact.age": {"$gte": 18}}, "contact.age is not known"),
        ({"contact.flag": True}, 'contact.flag is "true", not true'),
        ({"contact.level": "5"}, 'contact.level is 5, not "5"'),
        ({"contact.nick": "bo"}, 'contact.nick is " bo", not bo'),
        ({"contact.nick": ""}, 'contact.nick is " bo", not ""'),
        ({"contact.tags": "a"}, 'contact.tags is a list, not "a"'),
        ({"contact.home": 7}, "contact.home is an object, not 7"),
        ({"contact.tier": {"$gt": 7}}, 'contact.tier is "gold", not a number'),
        ({"contact.vip": {"$lt": 7}}, "contact.vip is false, not a number"),
        ({"contact.level": {"$lt": "a"}}, "contact.level is 5, not text"),
        ({"contact.level": {"$gte": 5.5}}, "contact.level is 5, below the minimum of 5.5"),
        (
            {"contact.since": {"$gte": "2025"}},
            "contact.since is 2024-01-01, below the minimum of 2025",
        ),
        ({"contact.tier": {"$startsWith": "b"}}, "contact.tier gold does not start with b"),
        ({"product.price": {"$lte": 500}}, "product.price is 600.00, above the maximum of 500"),
        ({"product.price": {"$lte": 500.0}}, "product.price is 600.00, above the maximum of 500"),
        ({"product.weight": {"$lte": 2}}, 'product.weight is "1.5 kg", not a number'),
        ({"product.brand": {"$in": ["Nike", 7]}}, 'product.brand is "Acme", none of Nike, 7'),
        ({"product.gtin": "1"}, "product.gtin is not known"),
        ({"product.a\u2028b": "1"}, "product.a b is not known"),
        ({"ageDays": {"$lte": 180}}, "the request is 200 days old, above the maximum of 180"),
        ({"ageDays": {"$lte": 200}}, "the request is 200.2 days old, above the maximum of 200"),
        ({"ageDays": {"$in": [200, 201]}}, "the request is 200.2 days old, none of 200, 201"),
        ({"ageDays": {"$gt": 300}}, "the request is 200 days old, not above 300"),
        ({"ageDays": {"$exists": False}}, "it must not be that the request is 200 days old"),
        (
            {"daysSincePurchase": {"$gte": 5}},
            "the item was bought 3 days ago, less than 5 days",
        ),
        (
            {"daysSincePurchase": {"$gt": 5}},
            "the item was bought 3 days ago, not more than 5 days",
        ),
        (
            {"daysSincePurchase": {"$lte": 1}},
            "the item was bought 3 days ago, more than 1 day",
        ),
        (
            {"daysSincePurchase": {"$lt": 2.5}},
            "the item was bought 3 days ago, not less than 2.5 days",
        ),
        ({"daysSincePurchase": 4}, "the item was bought 3 days ago, not 4 days"),
        ({"daysSincePurchase": None}, "it must not be that the item was bought 3 days ago"),
        (
            {"$not": {"daysSincePurchase": {"$lt": 5}}},
            "it must not be that the item was bought 3 days ago, less than 5 days",
        ),
        (
            {"$or": [{"quantity": {"$gte": 2}}, {"contact.vip": True}]},
            "none of these holds: quantity 1 is below the minimum of 2; "
            "contact.vip is false, not true",
        ),
        ({"$or": [{"quantity": 2}]}, "quantity 1 is not 2"),
        (
            {"$not": {"quantity": {"$lte": 5}, "locale": "pl-pl"}},
            "it must not be that quantity 1 is at most 5 and locale is pl-PL",
        ),
        (
            {"$not": {"$or": [{"quantity": 2}, {"locale": "pl-pl"}]}},
            "it must not be that locale is pl-PL",
        ),
        ({"$not": {"$not": {"quantity": 2}}}, "it must not be that quantity 1 is not 2"),
        ({"$not": {}}, "it must not be that every request passes"),
    ],
)
def test_the_reason_says_what_was_found_and_what_was_asked(raw: object, expected: str) -> None:
    assert reason(raw) == expected


@pytest.mark.parametrize(
    ("facts", "raw", "expected"),
    [
        ({"quantity": None}, {"quantity": {"$exists": True}}, "quantity is not known"),
        (
            {"skus": ("AB_1", "AB_2")},
            {"sku": {"$startsWith": "AD_"}},
            "none of sku AB_1, AB_2 starts with AD_",
        ),
        ({"skus": ("AB_1", "AB_2")}, {"sku": "AD_1"}, "none of sku AB_1, AB_2 is AD_1"),
        (
            {"skus": ("AB_1", "AB_2")},
            {"sku": {"$in": ["C", "D"]}},
            "none of sku AB_1, AB_2 is one of C, D",
        ),
        (
            {"skus": ("AB_1", "AD_2")},
            {"sku": {"$nin": ["C", "AD_2"]}},
            "it must not be that sku AD_2 is one of C, AD_2",
        ),
        ({"skus": ("",)}, {"sku": "A"}, "sku is not known"),
        (
            {"since_purchase": timedelta(hours=3)},
            {"daysSincePurchase": {"$gte": 5}},
            "the item was bought under a day ago, less than 5 days",
        ),
        (
            {"since_purchase": timedelta(days=1)},
            {"daysSincePurchase": {"$gt": 1}},
            "the item was bought 1 day ago, not more than 1 day",
        ),
        (
            {"since_purchase": timedelta(days=5) - timedelta(microseconds=1)},
            {"daysSincePurchase": {"$gte": 5}},
            "the item was bought 4 days ago, less than 5 days",
        ),
        (
            {"since_purchase": None},
            {"daysSincePurchase": {"$lte": 30}},
            "the item was never bought",
        ),
        (
            {"since_purchase": None},
            {"$not": {"daysSincePurchase": {"$gte": 5}}},
            "it must not be that the item was never bought",
        ),
        (
            {"age": timedelta(days=-1)},
            {"ageDays": {"$gt": 0}},
            "the request is under a day old, not above 0",
        ),
        (
            {"age": timedelta(days=180, seconds=1)},
            {"ageDays": {"$lte": 180}},
            "the request is 180.00001 days old, above the maximum of 180",
        ),
        ({"contact": {"n": 10**30}}, {"contact.n": 1}, f"contact.n is 1{'0' * 30}, not 1"),
        ({"contact": {"n": 1e22}}, {"contact.n": 1}, f"contact.n is 1{'0' * 22}, not 1"),
        (
            {"contact": {"n": "a\nb\u2028c\x1b\ud800"}},
            {"contact.n": "x"},
            'contact.n is "a b c  ", not x',
        ),
        (
            {"contact": {"n": 10**5000}},
            {"contact.n": 1},
            f"contact.n is 1{'0' * 58}…, not 1",
        ),
        (
            {"contact": {"n": float("nan")}},
            {"contact.n": {"$gt": 1}},
            "contact.n is NaN, not above 1",
        ),
        (
            {"contact": {"n": "\ud800"}},
            {"contact.n": {"$startsWith": "A"}},
            'contact.n " " does not start with A',
        ),
        (
            {"contact": {"n": "y" * 60}},
            {"contact.n": "x" * 60},
            f"contact.n is {'y' * 60}, not {'x' * 60}",
        ),
        (
            {"contact": {"n": "y" * 99}},
            {"contact.n": "x" * 99},
            f"contact.n is {'y' * 59}…, not {'x' * 59}…",
        ),
    ],
)
def test_the_reason_depends_on_what_is_known(
    facts: dict[str, Any], raw: object, expected: str
) -> None:
    assert reason(raw, **facts) == expected


def test_the_first_unmet_part_is_the_one_that_is_named() -> None:
    raw = {"quantity": {"$gte": 1, "$lt": 1}, "locale": "sv-SE"}
    assert reason(raw) == "quantity 1 is not below 1"
    assert reason(raw, quantity=0) == "quantity 0 is below the minimum of 1"
    assert reason({"contact.level": 5} | raw, quantity=None) == "locale pl-PL is not sv-SE"


def test_a_long_reason_is_cut() -> None:
    alternatives = [{"contact.tier": f"tier {number} {'x' * 60}"} for number in range(9)]
    cut = reason({"$or": alternatives})
    assert len(cut) == 400
    assert cut.endswith("…")
