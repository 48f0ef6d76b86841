"""Requests over HTTP: made, read, marked, reported and deleted, by both path prefixes."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address

SHORT = "/v1/back-in-stock-notification-requests"
both_prefixes = pytest.mark.parametrize("base", [BASE, SHORT])


def code(reply: httpx.Response) -> str:
    return str(reply.json()["details"]["applicationError"]["code"])


@both_prefixes
async def test_a_request_is_made_read_and_deleted(shop: Shop, base: str) -> None:
    options = {"options": {"Size": "M", "Ünï": [1, None, True]}}
    body = shop.new_request(address(), options=options, itemUrl="https://shop.test/o?x=1#y")
    made = await shop.call("POST", base, body)
    request = made.json()["request"]
    assert made.status_code == 200
    assert request == body["request"] | {
        "id": str(UUID(request["id"])),
        "contactId": str(UUID(request["contactId"])),
        "status": "RECEIVED",
        "createdDate": request["createdDate"],
    }
    read = await shop.call("GET", f"{base}/{request['id']}", params={"id": request["id"]})
    assert (read.status_code, read.json()) == (200, {"request": request})
    deleted = await shop.call("DELETE", f"{base}/{request['id']}", params={"id": request["id"]})
    assert (deleted.status_code, deleted.json()) == (200, {})
    gone = await shop.call("GET", f"{base}/{request['id']}")
    assert (gone.status_code, code(gone)) == (404, "NOT_FOUND")
    again = await shop.call("DELETE", f"{base}/{request['id']}")
    assert (again.status_code, code(again)) == (404, "NOT_FOUND")


@both_prefixes
async def test_a_report_and_a_mark_are_answered_with_200(shop: Shop, base: str) -> None:
    first, second = await shop.ask(address()), await shop.ask(address())
    marked = await shop.call("PUT", f"{base}/{first}/mark-as-notification-sent", {"id": first})
    assert marked.status_code == 200
    assert marked.json()["request"]["autoNotified"] is False
    body = {"itemDetails": ORCHID, "requestIds": [second]}
    reported = await shop.call("POST", f"{base}/report-items-back-in-stock", body)
    assert (reported.status_code, reported.json()) == (200, {})
    assert (await shop.until(second, "NOTIFICATION_SENT"))["autoNotified"] is True


async def test_the_created_date_is_now_in_utc_with_a_zone(shop: Shop) -> None:
    created = (await shop.get(await shop.ask(address())))["createdDate"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", created)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(created)) < timedelta(minutes=1)


async def test_what_has_no_value_is_absent_from_a_reply(shop: Shop) -> None:
    request = await shop.get(await shop.ask(address()))
    assert not {"autoNotified", "itemUrl"} & request.keys()
    assert "options" not in request["catalogReference"]


async def test_a_shopper_has_one_contact_for_all_their_requests(shop: Shop) -> None:
    email = address()
    first = await shop.get(await shop.ask(email, "orchid"))
    second = await shop.get(await shop.ask(email.upper(), "fern"))
    assert first["contactId"] == second["contactId"]


async def test_fifty_creates_at_once_make_exactly_one_request(shop: Shop) -> None:
    email = address()
    bodies = [shop.new_request(email if n % 2 else email.upper()) for n in range(50)]
    replies = await asyncio.gather(*(shop.call("POST", BASE, body) for body in bodies))
    made = [reply for reply in replies if reply.status_code == 200]
    refused = [reply for reply in replies if reply.status_code == 409]
    assert (len(made), len(refused)) == (1, 49)
    known = {reply.json()["details"]["applicationError"]["data"]["id"] for reply in refused}
    assert known == {made[0].json()["request"]["id"]}


async def test_a_duplicate_is_refused_with_the_id_of_the_first(shop: Shop) -> None:
    email = address()
    first = await shop.ask(email)
    reply = await shop.post_request(email.upper())
    description = "This address already waits for this item."
    assert (reply.status_code, reply.json()) == (
        409,
        {
            "message": description,
            "details": {
                "applicationError": {
                    "code": "BACK_IN_STOCK_NOTIFICATION_REQUEST_ALREADY_EXISTS",
                    "description": description,
                    "data": {"id": first},
                }
            },
        },
    )


async def test_a_storefront_is_not_told_the_id_of_a_duplicate(shop: Shop) -> None:
    email = address()
    await shop.ask(email)
    reply = await shop.call("POST", BASE, shop.new_request(email), scope="storefront")
    assert reply.status_code == 409
    assert "id" not in reply.json()["details"]["applicationError"].get("data", {})


@pytest.mark.parametrize(
    ("first", "same"),
    [
        ({"a": 1, "b": {"c": [1, 2], "d": None}}, {"b": {"d": None, "c": [1.0, 2e0]}, "a": 1.0}),
        ({"Größe": "groß"}, {"Gro\u0308ße": "groß"}),
        ({}, None),
    ],
    ids=["key order and number spelling", "unicode form", "no options"],
)
async def test_equal_options_are_one_item(shop: Shop, first: object, same: object) -> None:
    email = address()
    await shop.ask(email, options=first)
    assert (await shop.post_request(email, options=same)).status_code == 409


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {"a": True}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": "m"}, {"a": "M"}),
        ({"a": None}, {}),
    ],
)
async def test_different_options_are_different_items(
    shop: Shop, first: object, other: object
) -> None:
    email = address()
    assert await shop.ask(email, options=first) != await shop.ask(email, options=other)


async def test_another_shopper_item_or_shop_is_no_duplicate(shop: Shop, other_shop: Shop) -> None:
    email = address()
    ids = {await shop.ask(email), await shop.ask(email, "fern"), await shop.ask(address())}
    ids.add(await other_shop.ask(email))
    assert len(ids) == 4


async def test_collecting_is_switched_per_app(shop: Shop) -> None:
    async def switch(action: str, app_id: str) -> list[dict[str, object]]:
        reply = await shop.call("POST", f"{BASE}/settings/{action}", {"appId": app_id})
        assert reply.status_code == 200
        return list(reply.json()["settings"]["collectionStates"])

    other = "1380b703-ce81-ff05-f115-39571d94dfcd"
    await switch("start-collecting", other)
    states = await switch("stop-collecting", STORES)
    on, off = (
        {"appId": other, "collectingRequests": True},
        {
            "appId": STORES,
            "collectingRequests": False,
        },
    )
    assert sorted(states, key=str) == sorted([on, off], key=str)
    for prefix in (BASE, SHORT):
        read = await shop.call("PUT", f"{prefix}/settings", {}, scope="storefront")
        assert (read.status_code, read.json()) == (200, {"settings": {"collectionStates": states}})
    assert (await shop.call("PUT", f"{BASE}/settings")).status_code == 200


async def test_a_create_is_refused_while_nothing_is_collected(shop: Shop) -> None:
    waiting = await shop.ask(address())
    await shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    reply = await shop.post_request(address())
    assert (reply.status_code, code(reply)) == (428, "REQUEST_COLLECTION_DISABLED")
    await shop.report()
    await shop.until(waiting, "NOTIFICATION_SENT")


async def test_an_unknown_app_cannot_be_collected_for(shop: Shop) -> None:
    reply = await shop.call("POST", f"{BASE}/settings/start-collecting", {"appId": str(uuid4())})
    assert (reply.status_code, code(reply)) == (428, "NOT_SUPPORTED_APP_DEF_ID")


async def test_marking_an_unknown_request_is_428(shop: Shop) -> None:
    unknown = str(uuid4())
    reply = await shop.call("PUT", f"{BASE}/{unknown}/mark-as-notification-sent", {"id": unknown})
    assert (reply.status_code, code(reply)) == (
        428,
        "BACK_IN_STOCK_NOTIFICATION_REQUEST_NOT_FOUND",
    )


async def test_a_report_of_an_item_nobody_waits_for_is_answered_with_200(shop: Shop) -> None:
    await shop.report("nobody-wants-it")
    await shop.report(requestIds=[str(uuid4())])


async def test_a_report_takes_up_to_a_thousand_ids(shop: Shop) -> None:
    request_id = await shop.ask(address())
    await shop.report(requestIds=[request_id, *(str(uuid4()) for _ in range(999))])
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_create_says_in_which_language_and_how_many_the_shopper_wants(shop: Shop) -> None:
    more = {"locale": "de-AT", "quantity": 3, "externalId": "AT-1"}
    kept = "SELECT locale, quantity, external_id FROM requests WHERE id = $1"
    row = await shop.store.pool.fetchrow(kept, UUID(await shop.ask(address(), **more)))
    assert tuple(row) == ("de-AT", 3, "AT-1")
    for wrong in ({"locale": "no locale"}, {"quantity": 0}, {"externalId": ""}):
        reply = await shop.post_request(address(), **wrong)
        (field,) = reply.json()["details"]["validationError"]["fieldViolations"]
        assert (reply.status_code, field["field"]) == (400, f"request.{next(iter(wrong))}")
