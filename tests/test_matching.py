"""Which subscriptions a stock level reaches: Voyado's table, and the rule behind it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import restock_workflow_id
from domain.matching import Audience, StockLevel, Waiting, items_concerned

FIVE = {
    "#1": Waiting(item_key="#1", sku="SKU-1", locale="sv-se"),
    "#2": Waiting(item_key="#2", sku="SKU-1", locale="pl-pl"),
    "#3": Waiting(item_key="#3", sku="SKU-1", locale="sv-se", external_id="SE-SKU-1"),
    "#4": Waiting(item_key="#4", sku="SKU-1", locale="pl-pl", external_id="PL-SKU-1"),
    "#5": Waiting(item_key="#5", sku="SKU-2", locale="sv-se"),
}


@pytest.mark.parametrize(
    ("level", "reached"),
    [
        ({"sku": "SKU-1", "locale": "sv-se"}, {"#1", "#3"}),
        ({"sku": "SKU-1", "external_id": "SE-SKU-1"}, {"#3"}),
        ({"sku": "SKU-1"}, {"#1", "#2", "#3", "#4"}),
        ({"sku": "SKU-1", "locale": "SV-se"}, {"#1", "#3"}),
        ({"sku": "SKU-1", "locale": "sv_SE"}, {"#1", "#3"}),
        ({"sku": "SKU-1", "locale": "pl-pl", "external_id": "SE-SKU-1"}, set()),
        ({"sku": "SKU-1", "locale": "pl-pl", "external_id": "PL-SKU-1"}, {"#4"}),
        ({"sku": "SKU-2"}, {"#5"}),
        ({"sku": "SKU-2", "locale": "pl-pl"}, set()),
        ({"sku": "sku-1"}, set()),
        ({"sku": "SKU-3"}, set()),
    ],
)
def test_a_level_reaches_what_voyados_table_says(level: dict[str, str], reached: set[str]) -> None:
    assert items_concerned(StockLevel(quantity=1, **level), FIVE.values()) == reached


def test_a_request_without_a_locale_is_of_every_locale() -> None:
    of_wix = Waiting(item_key="wix", sku="SKU-1")
    for locale in ("", "sv-se", "pl-pl"):
        level = StockLevel(sku="SKU-1", quantity=1, locale=locale)
        assert items_concerned(level, [of_wix]) == {"wix"}
    level = StockLevel(sku="SKU-1", quantity=1, external_id="SE-SKU-1")
    assert items_concerned(level, [of_wix]) == set()


skus, locales, ids = (
    st.sampled_from(values) for values in ("AB", ("", "sv-se", "pl"), ("", "x", "y"))
)
waiting = st.builds(
    Waiting, item_key=st.sampled_from("1234"), sku=skus, locale=locales, external_id=ids
)
levels = st.builds(
    StockLevel, sku=skus, quantity=st.integers(0, 9), locale=locales, external_id=ids
)


@given(levels, st.lists(waiting))
def test_a_level_reaches_nothing_of_another_sku(level: StockLevel, all_: list[Waiting]) -> None:
    reached = items_concerned(level, all_)
    assert reached <= {each.item_key for each in all_ if each.sku == level.sku}


@given(levels, st.lists(waiting))
def test_saying_less_reaches_more(level: StockLevel, all_: list[Waiting]) -> None:
    reached = items_concerned(level, all_)
    for left_out in ({"locale": ""}, {"external_id": ""}):
        assert reached <= items_concerned(level.model_copy(update=left_out), all_)


@given(levels, st.lists(waiting), st.lists(waiting))
def test_those_reached_do_not_depend_on_who_else_waits(
    level: StockLevel, some: list[Waiting], others: list[Waiting]
) -> None:
    together = items_concerned(level, some + others)
    assert together == items_concerned(level, some) | items_concerned(level, others)


@given(levels, waiting)
def test_the_locales_partition_the_requests_that_name_one(level: StockLevel, one: Waiting) -> None:
    everywhere = level.model_copy(update={"locale": ""})
    by_locale = [
        locale
        for locale in ("sv-se", "pl", "de")
        if items_concerned(level.model_copy(update={"locale": locale}), [one])
    ]
    if one.locale and items_concerned(everywhere, [one]):
        assert by_locale == [one.locale]


def test_every_audience_of_an_item_has_an_id_of_its_own() -> None:
    audiences = [
        Audience(locale=locale, external_id=external_id, feed=feed)
        for locale, external_id, feed in product(("", "a", "b"), repeat=3)
    ]
    ids = {restock_workflow_id("main", "key", audience) for audience in audiences}
    assert len(ids) == len(audiences)
    assert "restock/main/key" in ids
