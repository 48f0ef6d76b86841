"""Wix's own SDK is content with Restock: its counts, its queries and their pages."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio
from conftest import RunningWorker, open_shop
from official_sdk import Told, node_with_sdk, play
from served import served
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine

CROWD = 250
ON_SALE = 30


@pytest.fixture(scope="module")
def node() -> str:
    return node_with_sdk()


@pytest_asyncio.fixture(scope="module")
async def told(
    node: str,
    http: httpx.AsyncClient,
    store: Store,
    temporal: Client,
    settings: Settings,
    worker: RunningWorker,
) -> Told:
    keys = {
        "owner": (await open_shop(http, store)).key("owner"),
        "crowd": (await open_shop(http, store)).key("owner"),
    }
    async with served(create_app(Services(store, Engine(temporal), settings))) as address:
        return await play(node, address, keys, "counting", "querying")


def test_a_hundred_references_with_variants_are_counted_in_order(told: Told) -> None:
    facts = told["counting"]
    assert facts["method"] == "GET"
    assert facts["length"] > 20_000
    assert [count["catalogReference"] for count in facts["counts"]] == facts["references"]
    expected = [0] * 100
    # The 99th was marked as sent: only open requests count.
    expected[0], expected[50] = 2, 1
    assert [count["count"] for count in facts["counts"]] == expected


def test_an_item_nobody_waits_for_counts_zero(told: Told) -> None:
    reference = {"catalogItemId": "nobody-wants-it", "appId": "any app"}
    assert told["countingOne"] == [{"catalogReference": reference, "count": 0}]


def test_cursors_walk_all_pages_without_a_repeat_or_a_gap(told: Told) -> None:
    facts = told["walking"]
    assert [len(page) for page in facts["forward"]] == [40, 40, 40, 40, 40, 40, 10]
    walked = [each for page in facts["forward"] for each in page]
    assert len(set(walked)) == CROWD
    assert set(walked) == ids_where(told, lambda request: True)
    assert facts["allDates"] is True
    assert facts["dates"] == sorted(facts["dates"], reverse=True)


def test_cursors_walk_back_over_the_same_pages(told: Told) -> None:
    facts = told["walking"]
    assert facts["backward"] == facts["forward"][::-1]
    assert facts["again"] == facts["skipped"] == facts["forward"][1]


def ids_where(told: Told, holds: Callable[[dict[str, Any]], bool]) -> set[str]:
    return {request["_id"] for request in told["crowd"] if holds(request)}


def test_every_filter_of_the_builder_finds_what_it_says(told: Told) -> None:
    facts = told["filtering"]
    one, two, three = (facts[key]["_id"] for key in ("one", "two", "three"))
    on_sale = ids_where(told, lambda request: "itemUrl" in request)
    everyone = ids_where(told, lambda request: True)
    sent = {request["_id"] for request in told["crowd"][-2:]}
    assert len(on_sale) == ON_SALE
    expected = {
        "contact": {one},
        "in": {one, two, three},
        "hasSome": {one, two, three},
        "sale": on_sale,
        "notOnSale": everyone - on_sale,
        "sent": sent,
        "byHand": sent,
        "notSent": everyone - sent,
        "both": on_sale & {one},
        "either": {one, two},
        "not": everyone - on_sale,
    }
    for name, ids in expected.items():
        assert len(facts[name]) == len(ids), name
        assert set(facts[name]) == ids, name


def test_a_date_parts_the_requests(told: Told) -> None:
    facts = told["byDate"]
    assert facts["before"]
    assert facts["since"]
    assert len(facts["everyone"]) == CROWD
    assert set(facts["before"]).isdisjoint(facts["since"])
    assert {*facts["before"], *facts["since"]} == set(facts["everyone"])


def test_every_order_of_the_builder_is_kept(told: Told) -> None:
    facts = told["sorting"]
    order = {name: [row["_id"] for row in rows] for name, rows in facts.items()}
    assert order["oldest"] == order["newest"][::-1]
    assert order["unsorted"] == order["newest"]
    by_id = sorted(facts["url"], key=lambda row: row["_id"])
    assert facts["url"] == sorted(by_id, key=lambda row: row.get("itemUrl", ""), reverse=True)
    by_status = [(row["status"], row["_id"]) for row in facts["status"]]
    assert by_status == sorted(by_status)


def test_offset_pages_count_the_total(told: Told) -> None:
    pages = told["offsets"]
    assert [page["metadata"] for page in pages] == [
        {"count": count, "offset": offset, "total": CROWD - 2}
        for count, offset in ((100, 0), (100, 100), (48, 200))
    ]
    walked = [each for page in pages for each in page["ids"]]
    assert walked == sorted(set(walked))


def test_an_empty_query_sends_nothing_and_gets_fifty(told: Told) -> None:
    facts = told["bare"]
    assert facts["query"] == ""
    assert facts["count"] == len(facts["ids"]) == 50


def test_a_query_too_long_for_an_address_is_posted(told: Told) -> None:
    facts = told["long"]
    path = "/back-in-stock-service/v1/back-in-stock-notification-requests/query"
    assert facts["sent"][0] == ["POST", path]
    assert [len(page) for page in facts["pages"]] == [100, 20]
    assert {each for page in facts["pages"] for each in page} == set(facts["wanted"])
