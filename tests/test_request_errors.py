"""What a caller is told when a request is wrong, and when a part of Restock is away."""

import copy
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import Store
from workflows.converter import data_converter
from workflows.engine import Engine

REPORT = f"{BASE}/report-items-back-in-stock"
REFERENCE = {"appId": STORES, "catalogItemId": "orchid"}
GOOD = {
    "request": {"catalogReference": REFERENCE, "email": "a@example.com"},
    "itemDetails": ORCHID,
}


def with_value(body: Any, path: str, value: Any) -> Any:
    """The body with one place changed, or taken away where the value is `...`."""
    changed = place = copy.deepcopy(body)
    *parents, last = path.split(".")
    for parent in parents:
        place = place[parent]
    place[last] = value
    if value is ...:
        del place[last]
    return changed


def violations(reply: httpx.Response) -> list[tuple[str, str]]:
    assert reply.status_code == 400, reply.text
    found = reply.json()["details"]["validationError"]["fieldViolations"]
    return [(one["field"], one["violatedRule"]) for one in found]


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("request", ..., "REQUIRED_FIELD"),
        ("itemDetails", ..., "REQUIRED_FIELD"),
        ("request.email", ..., "REQUIRED_FIELD"),
        ("request.email", "not an address", "FORMAT"),
        ("request.email", "two@at@example.com", "FORMAT"),
        ("request.email", "a@example.com\r\nBcc: b@example.com", "FORMAT"),
        ("request.email", "a@localhost", "FORMAT"),
        ("request.email", f"{'a' * 250}@example.com", "MAX_LENGTH"),
        ("request.email", 7, "VALIDATION"),
        ("request.catalogReference", ..., "REQUIRED_FIELD"),
        ("request.catalogReference.appId", ..., "REQUIRED_FIELD"),
        ("request.catalogReference.appId", "", "MIN_LENGTH"),
        ("request.catalogReference.catalogItemId", "", "MIN_LENGTH"),
        ("request.catalogReference.catalogItemId", "x" * 37, "MAX_LENGTH"),
        ("request.catalogReference.catalogItemId", "a\0b", "FORMAT"),
        ("request.catalogReference.options", "Size M", "VALIDATION"),
        ("request.itemUrl", "javascript:alert(1)", "FORMAT"),
        ("request.itemUrl", "/relative", "FORMAT"),
        ("request.itemUrl", "https://shop.test/a b", "FORMAT"),
        ("itemDetails.name", ..., "REQUIRED_FIELD"),
        ("itemDetails.name", "", "MIN_LENGTH"),
        ("itemDetails.name", "x" * 401, "MAX_LENGTH"),
        ("itemDetails.price", ..., "REQUIRED_FIELD"),
        ("itemDetails.price", "$385", "DECIMAL_GTE"),
        ("itemDetails.price", "-1", "DECIMAL_GTE"),
        ("itemDetails.price", "1e5", "DECIMAL_GTE"),
        ("itemDetails.price", "1,50", "DECIMAL_GTE"),
        ("itemDetails.price", ".5", "DECIMAL_GTE"),
        ("itemDetails.price", "٣", "DECIMAL_GTE"),
    ],
)
async def test_a_wrong_field_of_a_create_is_named(
    shop: Shop, path: str, value: Any, rule: str
) -> None:
    reply = await shop.call("POST", BASE, with_value(GOOD, path, value))
    assert violations(reply) == [(path, rule)]


async def test_a_violation_has_the_whole_envelope_and_every_wrong_field(shop: Shop) -> None:
    body = with_value(with_value(GOOD, "request.email", "nobody"), "itemDetails.price", "-1")
    reply = await shop.call("POST", BASE, body)
    found = reply.json()["details"]["validationError"]["fieldViolations"]
    assert [one["field"] for one in found] == ["request.email", "itemDetails.price"]
    assert found[1] == {
        "field": "itemDetails.price",
        "description": "must be a decimal number of at least 0",
        "violatedRule": "DECIMAL_GTE",
        "ruleName": "DECIMAL_GTE",
        "data": {},
    }
    assert reply.json()["message"].count(found[1]["description"]) == 1
    assert reply.json().keys() == {"message", "details"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'"text"', b"[]", b"null"])
async def test_a_body_that_is_no_object_is_a_violation(shop: Shop, content: bytes) -> None:
    headers = {"Authorization": shop.key("owner"), "Content-Type": "application/json"}
    reply = await shop.http.post(BASE, content=content, headers=headers)
    assert violations(reply)


@pytest.mark.parametrize(
    "options",
    [
        {"a": [[[[[[[[[1]]]]]]]]]},
        {"a": "x" * 5000},
        {"a": "nul \0"},
        {"a\0": 1},
    ],
    ids=["too deep", "too long", "NUL", "NUL in a key"],
)
async def test_options_that_cannot_be_kept_have_a_code_of_their_own(
    shop: Shop, options: object
) -> None:
    reply = await shop.post_request(address(), options=options)
    error = reply.json()["details"]["applicationError"]
    assert (reply.status_code, error["code"]) == (400, "INVALID_CATALOG_REFERENCE_OPTIONS")


@pytest.mark.parametrize("image", ["ftp://x.test/a.jpg", {"url": "no url"}, {"id": "a/b c"}])
async def test_an_image_that_no_mail_can_show_has_a_code_of_its_own(
    shop: Shop, image: object
) -> None:
    details = {**ORCHID, "image": image}
    asked = await shop.post_request(address(), item_details=details)
    reported = await shop.call(
        "POST", REPORT, {"itemDetails": details, "catalogReference": REFERENCE}
    )
    for reply in (asked, reported):
        error = reply.json()["details"]["applicationError"]
        assert (reply.status_code, error["code"]) == (400, "INVALID_ITEM_IMAGE_URL")


@pytest.mark.parametrize(
    "image",
    [
        "https://x.test/a.jpg",
        {"url": "http://x.test/a.jpg", "altText": "a", "width": 3},
        "wix:image://v1/a1b2c3_x~mv2.jpg/a.jpg#originWidth=3&originHeight=4",
        {"id": "a1b2c3_x~mv2.jpg"},
        {},
        None,
    ],
)
async def test_images_are_taken_as_clients_send_them(shop: Shop, image: object) -> None:
    await shop.ask(address(), item_details={**ORCHID, "image": image})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [("", "REQUIRED_ONE_OF_FIELD")]),
        ({"requestIds": []}, [("requestIds", "MIN_SIZE")]),
        ({"requestIds": [str(UUID(int=n)) for n in range(1001)]}, [("requestIds", "MAX_SIZE")]),
        ({"requestIds": [str(UUID(int=1)), "x"]}, [("requestIds[1]", "FORMAT")]),
        (
            {"catalogReference": REFERENCE, "itemDetails": {"name": "Orchid"}},
            [("itemDetails.price", "REQUIRED_FIELD")],
        ),
        (
            {"catalogReference": REFERENCE, "extraAutomationTemplateParameters": {"a": 1}},
            [("extraAutomationTemplateParameters.a", "VALIDATION")],
        ),
    ],
    ids=["neither", "no id", "1001 ids", "malformed id", "no price", "parameter is no text"],
)
async def test_a_wrong_field_of_a_report_is_named(
    shop: Shop, change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    reply = await shop.call("POST", REPORT, {"itemDetails": ORCHID} | change)
    assert violations(reply) == expected


async def test_a_report_of_an_item_and_of_ids_has_a_code_of_its_own(shop: Shop) -> None:
    body = {
        "itemDetails": ORCHID,
        "catalogReference": REFERENCE,
        "requestIds": [str(uuid4())],
    }
    reply = await shop.call("POST", REPORT, body)
    error = reply.json()["details"]["applicationError"]
    expected = "REQUEST_CONTAINS_BOTH_CATALOG_REFERENCE_AND_REQUEST_IDS"
    assert (reply.status_code, error["code"]) == (400, expected)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_malformed_id_is_a_violation_of_id(shop: Shop, method: str) -> None:
    assert violations(await shop.call(method, f"{BASE}/no-guid")) == [("id", "FORMAT")]


async def test_every_reply_names_its_request_and_keeps_to_the_envelope(shop: Shop) -> None:
    replies = [
        await shop.call("PUT", f"{BASE}/settings"),
        await shop.call("GET", "/no/such/path"),
        await shop.call("PATCH", f"{BASE}/settings"),
        await shop.call("GET", f"{BASE}/{uuid4()}"),
        await shop.call("POST", BASE, {}),
        await shop.http.get(f"{BASE}/{uuid4()}"),
        await shop.http.get("/healthz"),
    ]
    assert [reply.status_code for reply in replies] == [200, 404, 405, 404, 400, 401, 200]
    assert len({UUID(reply.headers["X-Wix-Request-Id"]) for reply in replies}) == len(replies)
    for reply in replies:
        if reply.status_code != 200:
            assert reply.json().keys() == {"message", "details"}


@pytest_asyncio.fixture
async def without_temporal(store: Store, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """An API that was started while Temporal is away."""
    lazy = await Client.connect("127.0.0.1:1", lazy=True, data_converter=data_converter)
    transport = httpx.ASGITransport(
        create_app(Services(store, Engine(lazy), settings)), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as client:
        yield client


async def test_requests_are_made_and_deleted_while_temporal_is_away(
    shop: Shop, without_temporal: httpx.AsyncClient
) -> None:
    headers = {"Authorization": shop.key("owner")}
    made = await without_temporal.post(BASE, json=shop.new_request(address()), headers=headers)
    assert made.status_code == 200, made.text
    path = f"{BASE}/{made.json()['request']['id']}"
    deleted = await without_temporal.delete(path, headers=headers)
    assert deleted.status_code == 200, deleted.text


async def test_a_report_while_temporal_is_away_is_to_be_repeated(
    shop: Shop, without_temporal: httpx.AsyncClient
) -> None:
    await shop.ask(address())
    body = {"itemDetails": ORCHID, "catalogReference": REFERENCE}
    reply = await without_temporal.post(
        REPORT, json=body, headers={"Authorization": shop.key("owner")}
    )
    assert reply.status_code == 503, reply.text
    assert reply.json().keys() == {"message", "details"}


async def test_a_fault_nobody_foresaw_is_answered_in_the_envelope_too(settings: Settings) -> None:
    broken: Any = None
    app = create_app(Services(broken, broken, settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as client:
        reply = await client.put(f"{BASE}/settings", headers={"Authorization": "any"})
    assert reply.status_code == 500
    assert reply.json().keys() == {"message", "details"}
    assert reply.headers["X-Wix-Request-Id"]
