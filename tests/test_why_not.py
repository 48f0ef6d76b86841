"""Why one shopper was not told yet: the place in the queue, the reason, and what to expect."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import BAG, NOON, candidate, make_vip, queue_of, queue_up, stock
from shop import BASE, Shop, eventually
from shoppers import address
from temporalio.client import Client, WorkflowHandle
from test_engine_away import cut_off as cut_off
from voyado import contact, keep_products, subscribed

from domain.announcing import Candidate
from domain.contracts import TASK_QUEUE, Source
from domain.ids import restock_workflow_id
from domain.matching import Audience, StockLevel
from domain.outlook import Outlook, RunningWave, Standing, outlook
from domain.policy import Policy
from domain.preview import preview
from store.records import RequestRecord
from workflows.engine import Engine
from workflows.housekeeping import Readiness


async def outlook_of(shop: Shop, request: RequestRecord) -> dict[str, Any] | None:
    reply = await shop.call("GET", f"{BASE}/{request.id}/timeline")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] | None = reply.json().get("outlook")
    return found


async def expected(shop: Shop, request: RequestRecord) -> dict[str, Any]:
    found = await outlook_of(shop, request)
    assert found
    return found


async def policy(shop: Shop, **changes: Any) -> None:
    reply = await shop.call("PATCH", "/v1/policy", changes)
    assert reply.status_code == 200, reply.text


async def test_a_shopper_has_a_place_in_the_queue_of_the_item(shop: Shop) -> None:
    asked = await queue_up(shop, [1, 3, 2, 5])
    await shop.ask(address(), "another item")
    found = [await expected(shop, each) for each in asked]
    assert [each["place"] for each in found] == [1, 2, 3, 4]
    assert [each["wantedAhead"] for each in found] == [0, 1, 4, 6]
    assert {each["of"] for each in found} == {4}
    await policy(shop, order="newest")
    found = [await expected(shop, each) for each in asked]
    assert [each["place"] for each in found] == [4, 3, 2, 1]
    assert [each["wantedAhead"] for each in found] == [10, 7, 5, 0]


async def test_the_place_is_the_one_in_which_a_restock_tells(shop: Shop) -> None:
    # Several of the same moment.
    asked = await queue_up(shop, [1] * 6)
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = $2 WHERE site = $1", shop.site, NOON
    )
    for order in ("oldest", "newest"):
        await policy(shop, order=order)
        body = {"itemKey": BAG.item_key, "quantity": 9}
        (wave,) = (await shop.call("POST", "/v1/restocks/preview", body)).json()["waves"]
        told = [each["requestId"] for each in wave["shoppers"]]
        places = {(await expected(shop, each))["place"]: str(each.id) for each in asked}
        assert [places[place] for place in range(1, 7)] == told


async def test_an_item_that_is_not_known_to_be_back_says_so(shop: Shop) -> None:
    (asked,) = await queue_up(shop)
    found = await expected(shop, asked)
    assert found["reason"] == "the item is not known to be back"
    assert (found["stock"], found["expectedWave"], found["expectedAt"]) == (None, None, None)


async def test_a_stock_below_the_minimum_is_the_reason(shop: Shop) -> None:
    (asked,) = await queue_up(shop)
    await policy(shop, minimumStock=3)
    for quantity in (0, 2):
        await stock(shop, quantity)
        found = await expected(shop, asked)
        assert found["reason"] == f"quantity {quantity} is below the minimum of 3"
        assert (found["stock"], found["expectedWave"]) == (quantity, None)
    await stock(shop, 3)
    assert (await expected(shop, asked))["reason"] == ""


async def test_with_stock_the_expected_wave_follows_from_the_units_ahead(shop: Shop) -> None:
    asked = await queue_up(shop, [1, 3, 2, 5, 1])
    await policy(shop, shoppersPerUnit=2)
    await stock(shop, 2)
    found = [await expected(shop, each) for each in asked]
    assert [each["expectedWave"] for each in found] == [1, 1, 2, 3, 3]
    assert {each["reason"] for each in found} == {""}
    assert {each["expectedAt"] for each in found} == {None}
    await policy(shop, shoppersPerUnit=None)
    assert {(await expected(shop, each))["expectedWave"] for each in asked} == {1}


async def test_what_the_policy_says_is_the_reason(shop: Shop) -> None:
    first, second = await queue_up(shop, [1, 1])
    await make_vip(shop, [first.id])
    await stock(shop, 5)
    await policy(shop, conditions={"contact.vip": True})
    assert (await expected(shop, first))["reason"] == ""
    found = await expected(shop, second)
    assert (found["reason"], found["expectedWave"]) == ("contact.vip is not known", None)
    await policy(shop, conditions={}, capPerRestock=1)
    assert (await expected(shop, first))["expectedWave"] == 1
    found = await expected(shop, second)
    assert found["reason"] == "the cap of 1 shoppers per restock is reached"
    body = {"itemKey": BAG.item_key, "policy": {"automation": False}}
    await shop.call("PATCH", "/v1/policy/items", body)
    assert (await expected(shop, first))["reason"] == "automation is switched off"


async def test_a_subscription_is_left_out_for_what_its_feed_lacks(shop: Shop) -> None:
    await keep_products(shop, "sv-se", "SKU-1")
    told = await subscribed(shop, await contact(shop), "SKU-1", "sv-SE")
    left_out = await subscribed(shop, await contact(shop), "SKU-1", "pl-PL")
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-1", quantity=2)])
    assert (await expected(shop, await shop.row(told)))["reason"] == ""
    found = await expected(shop, await shop.row(left_out))
    assert found["reason"] == "no product feed is configured for pl-PL"


async def test_who_does_not_wait_has_no_outlook(shop: Shop) -> None:
    told, failed = await shop.ask(address()), await shop.ask(address("refused"))
    await shop.report()
    await shop.until(told, "NOTIFICATION_SENT")
    await shop.until(failed, "FAILED")
    for request_id in (told, failed):
        assert await outlook_of(shop, await shop.row(request_id)) is None


def restock(shop: Shop, temporal: Client, **audience: str) -> WorkflowHandle[Any, Any]:
    workflow_id = restock_workflow_id(shop.site, BAG.item_key, Audience(**audience))
    return temporal.get_workflow_handle(workflow_id)


async def arrive(shop: Shop, temporal: Client, quantity: int, **audience: str) -> None:
    level = StockLevel(sku=BAG.catalog_item_id, quantity=quantity, **audience)
    await shop.store.stock.update(shop.site, [level])
    await Engine(temporal).arrivals_waiting(shop.site)


async def test_while_a_restock_runs_the_next_look_is_the_time_to_expect(
    shop: Shop, temporal: Client
) -> None:
    asked = await queue_up(shop, [1] * 7)
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    await arrive(shop, temporal, 2)
    for each in asked[:2]:
        await shop.until(str(each.id), "NOTIFICATION_SENT")

    async def second_wave() -> datetime | None:
        wave = await restock(shop, temporal).query("running_wave", result_type=RunningWave)
        return wave.begins if wave.wave == 2 else None

    begins = await eventually(second_wave, "the second wave")
    found = [await expected(shop, each) for each in asked[2:]]
    assert [each["place"] for each in found] == [1, 2, 3, 4, 5]
    assert [each["expectedWave"] for each in found] == [2, 2, 3, 3, 4]
    at = [datetime.fromisoformat(each["expectedAt"]) for each in found]
    assert at == [begins + timedelta(hours=hours) for hours in (0, 0, 1, 1, 2)]
    await restock(shop, temporal).terminate()
    assert (await expected(shop, asked[2]))["expectedAt"] is None


@pytest.mark.parametrize(
    "audience",
    [
        {"locale": "sv-se"},
        {"external_id": "SE-1"},
        {"locale": "sv-se", "external_id": "SE-1"},
    ],
)
async def test_a_restock_of_a_shoppers_locale_and_external_id_is_found(
    shop: Shop, temporal: Client, audience: dict[str, str]
) -> None:
    wish = {"locale": "sv-SE", "external_id": "SE-1"}
    _, waits = await queue_of(shop, [wish, wish])
    await policy(shop, shoppersPerUnit=1)
    await arrive(shop, temporal, 1, **audience)

    async def next_in_the_second_wave() -> bool:
        found = await expected(shop, waits)
        return (found["place"], found["expectedWave"]) == (1, 2) and bool(found["expectedAt"])

    await eventually(next_in_the_second_wave, "the second wave")
    await restock(shop, temporal, **audience).terminate()


async def test_a_query_that_the_restock_does_not_know_is_no_answer(
    shop: Shop, temporal: Client
) -> None:
    (asked,) = await queue_up(shop)
    await stock(shop, 1)
    older = restock_workflow_id(shop.site, BAG.item_key)
    handle = await temporal.start_workflow(Readiness.run, id=older, task_queue=TASK_QUEUE)
    found = await expected(shop, asked)
    assert (found["expectedWave"], found["expectedAt"]) == (1, None)
    await handle.terminate()


async def test_without_temporal_all_but_the_time_is_said(cut_off: Shop) -> None:
    (asked,) = await queue_up(cut_off)
    await stock(cut_off, 1)
    found = await expected(cut_off, asked)
    assert (found["place"], found["expectedWave"], found["expectedAt"]) == (1, 1, None)


def looked_at(queue: list[Candidate], place: int, **known: Any) -> Outlook:
    """The outlook of the one at this place, counted as Postgres counts it."""
    usual = {"policy": {}, "stock": 3, "running": None, "now": NOON}
    known = usual | known
    wanted = [each.quantity for each in queue]
    standing = Standing(
        of=len(queue),
        wanted=sum(wanted),
        older=place - 1,
        wanted_by_older=sum(wanted[: place - 1]),
    )
    one = queue[place - 1].model_copy(update={"known_quantity": known["stock"]})
    policy = Policy.of(known["policy"])
    return outlook(policy, one, standing, known["running"], known["now"])


wave_policies = st.fixed_dictionaries(
    {"timeZone": st.just("Europe/Stockholm")},
    optional={
        "shoppersPerUnit": st.sampled_from([None, 1, 2]),
        "capPerRestock": st.none() | st.integers(1, 9),
        "waveIntervalMinutes": st.sampled_from([30, 60, 1440]),
        "quietHours": st.just({"from": "22:00", "to": "07:30"}),
    },
)


@given(wave_policies, st.integers(1, 4), st.integers(1, 20))
def test_where_everyone_wants_one_the_outlook_is_what_the_dry_run_says(
    fields: dict[str, Any], units: int, waiting: int
) -> None:
    queue = [candidate(number) for number in range(waiting)]
    found = preview(Policy.of(fields), units, NOON, queue)
    planned = {each.id: wave for wave in found.waves for each in wave.told}
    running = RunningWave(wave=1, begins=NOON, source=Source.STOCK_LEVEL)
    for place in range(1, waiting + 1):
        seen = looked_at(queue, place, policy=fields, stock=units, running=running)
        wave = planned.get(queue[place - 1].id)
        assert seen.reason == found.left_out.get(queue[place - 1].id, "")
        assert seen.expected_wave == (wave and wave.number)
        assert seen.expected_at == (wave and wave.at)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(1, 9))
def test_whoever_stands_further_back_expects_no_earlier_wave(wants: list[int], units: int) -> None:
    queue = [candidate(number, quantity) for number, quantity in enumerate(wants)]
    fields = {"shoppersPerUnit": 1}
    waves = [
        looked_at(queue, place, policy=fields, stock=units).expected_wave
        for place in range(1, len(queue) + 1)
    ]
    assert waves[0] == 1
    assert waves == sorted(waves, key=lambda wave: wave or 0)


@pytest.mark.parametrize(
    ("running", "stock", "reason", "wave"),
    [
        # A report says that the item is back, whatever its quantity.
        (RunningWave(wave=1), 0, "", 1),
        (RunningWave(wave=1), None, "", 1),
        # A feed without a count, and one that the inventory gainsays.
        (RunningWave(wave=1, source=Source.PRODUCT_FEED), None, "", 1),
        (
            RunningWave(wave=1, source=Source.PRODUCT_FEED),
            0,
            "quantity 0 is below the minimum of 1",
            None,
        ),
        (RunningWave(wave=4, source=Source.STOCK_LEVEL, quantity=1), None, "", 5),
        (RunningWave(wave=4, source=Source.STOCK_LEVEL, quantity=9), 1, "", 5),
        (
            RunningWave(wave=2, told=49, source=Source.STOCK_LEVEL),
            9,
            "the cap of 50 shoppers per restock is reached",
            None,
        ),
    ],
)
def test_a_restock_that_runs_is_what_decides(
    running: RunningWave, stock: int | None, reason: str, wave: int | None
) -> None:
    queue = [candidate(number) for number in range(30)]
    fields = {"capPerRestock": 50 if running.told else None}
    found = looked_at(queue, 21, policy=fields, stock=stock, running=running)
    assert (found.reason, found.expected_wave) == (reason, wave)


def test_a_wave_that_is_due_or_going_on_is_expected_now() -> None:
    queue = [candidate(1), candidate(2)]
    for begins in (None, NOON - timedelta(minutes=5)):
        running = RunningWave(wave=3, begins=begins, source=Source.STOCK_LEVEL)
        found = looked_at(queue, 1, running=running, now=NOON)
        assert (found.expected_wave, found.expected_at) == (3, NOON)


def test_a_wave_that_lies_years_ahead_has_no_time() -> None:
    standing = Standing(of=10**6, wanted=10**6, older=10**6 - 1, wanted_by_older=10**6 - 1)
    running = RunningWave(wave=1, begins=NOON, source=Source.STOCK_LEVEL)
    policy = Policy.of({"shoppersPerUnit": 1})
    one = candidate(1).model_copy(update={"known_quantity": 1})
    found = outlook(policy, one, standing, running, NOON)
    assert (found.place, found.expected_wave, found.expected_at) == (10**6, 10**6, None)
