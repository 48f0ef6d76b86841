"""Wix's own SDK is content with Restock: its settings, its requests and its errors."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from conftest import RunningWorker, open_shop
from official_sdk import Told, node_with_sdk, play
from served import served
from shop import STORES, Shop
from smtp_sink import SmtpSink
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from api.violations import WIX_RULES
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine

OTHER_STORES = "1380b703-ce81-ff05-f115-39571d94dfcd"


@pytest.fixture(scope="module")
def node() -> str:
    return node_with_sdk()


@pytest_asyncio.fixture(scope="module")
async def orchids(http: httpx.AsyncClient, store: Store, worker: RunningWorker) -> Shop:
    return await open_shop(http, store)


@pytest_asyncio.fixture(scope="module")
async def told(
    node: str, orchids: Shop, store: Store, temporal: Client, settings: Settings
) -> Told:
    keys = {scope: orchids.key(scope) for scope in ("owner", "storefront")}
    keys["stranger"] = "a key of nobody"
    async with served(create_app(Services(store, Engine(temporal), settings))) as address:
        return await play(node, address, keys, "switching", "requests", "errors", "violations")


def test_collecting_is_started_stopped_and_read_back(told: Told) -> None:
    facts = told["collecting"]
    assert collecting(facts["before"]) == {STORES: True}
    assert collecting(facts["started"]) == {STORES: True, OTHER_STORES: True}
    assert facts["taken"]["catalogReference"]["appId"] == OTHER_STORES
    assert collecting(facts["stopped"]) == {STORES: True, OTHER_STORES: False}
    assert facts["after"] == facts["stopped"]


def test_a_stopped_app_takes_no_more_requests(told: Told) -> None:
    refused = told["collecting"]["refused"]
    assert (refused["status"], refused["code"]) == (428, "REQUEST_COLLECTION_DISABLED")


def collecting(reply: dict[str, Any]) -> dict[str, bool]:
    states = reply["settings"]["collectionStates"]
    return {state["appId"]: state["collectingRequests"] for state in states}


def test_a_created_request_reads_back_the_same(told: Told) -> None:
    facts = told["creating"]
    created = facts["created"]
    assert facts["got"] == created
    UUID(created["_id"])
    UUID(created["contactId"])
    assert created["status"] == "RECEIVED"
    assert created["itemUrl"] == "https://shop.example.com/orchid"
    assert created["catalogReference"] == {
        "appId": STORES,
        "catalogItemId": "new",
        "options": {"Size": "M"},
    }
    assert "autoNotified" not in created


async def test_created_dates_become_dates_of_the_same_instant(told: Told, orchids: Shop) -> None:
    facts = told["creating"]
    assert facts["dates"] == [True, True]
    on_the_wire = (await orchids.get(facts["created"]["_id"]))["createdDate"]
    assert instant(facts["created"]["_createdDate"]) == to_the_millisecond(instant(on_the_wire))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


async def test_renamed_keys_inside_options_come_back_renamed(told: Told, orchids: Shop) -> None:
    created = told["renaming"]["created"]
    options = {"_id": "v1", "options": {"_createdDate": "spring", "Size": "M"}}
    assert created["catalogReference"]["options"] == options
    on_the_wire = (await orchids.get(created["_id"]))["catalogReference"]["options"]
    assert on_the_wire == {"id": "v1", "options": {"createdDate": "spring", "Size": "M"}}
    assert told["renaming"]["again"]["data"] == {"id": created["_id"]}


def test_a_deleted_request_is_gone(told: Told) -> None:
    facts = told["deleting"]
    assert facts["reply"] == "nothing"
    assert (facts["got"]["status"], facts["got"]["code"]) == (404, "NOT_FOUND")


def test_a_marked_request_is_sent_by_hand_and_stays_so(told: Told) -> None:
    facts = told["marking"]
    assert facts["marked"]["status"] == "NOTIFICATION_SENT"
    assert facts["marked"]["autoNotified"] is False
    assert facts["date"] is True
    assert facts["again"] == facts["marked"]


@pytest.mark.parametrize("scenario", ["reportingAnItem", "reportingIds"])
def test_a_report_tells_those_it_names_and_leaves_the_others(told: Told, scenario: str) -> None:
    facts = told[scenario]
    assert facts["reply"] == {}
    assert facts["told"]["autoNotified"] is True
    assert facts["left"]["status"] == "RECEIVED"


def test_the_mail_says_what_the_report_said(told: Told, sink: SmtpSink) -> None:
    assert told["reportingAnItem"]["reply"] == {}
    (mail,) = sink.to("sdk-small@example.com")
    body = mail.get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert "60.00" in html
    assert "https://static.wixstatic.com/media/abc~mv2.jpg" in html


def test_a_duplicate_names_the_existing_request_to_the_owner_only(told: Told) -> None:
    facts = told["duplicates"]
    code = "BACK_IN_STOCK_NOTIFICATION_REQUEST_ALREADY_EXISTS"
    assert [(facts[key]["status"], facts[key]["code"]) for key in ("owner", "storefront")] == [
        (409, code),
        (409, code),
    ]
    assert facts["owner"]["data"] == {"id": facts["_id"]}
    assert facts["storefront"]["data"] == {}


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ("uncollected", 428, "REQUEST_COLLECTION_DISABLED"),
        ("image", 400, "INVALID_ITEM_IMAGE_URL"),
        ("options", 400, "INVALID_CATALOG_REFERENCE_OPTIONS"),
        ("reportedImage", 400, "INVALID_ITEM_IMAGE_URL"),
        ("both", 400, "REQUEST_CONTAINS_BOTH_CATALOG_REFERENCE_AND_REQUEST_IDS"),
        ("mark", 428, "BACK_IN_STOCK_NOTIFICATION_REQUEST_NOT_FOUND"),
        ("get", 404, "NOT_FOUND"),
        ("delete", 404, "NOT_FOUND"),
        ("app", 428, "NOT_SUPPORTED_APP_DEF_ID"),
        ("stranger", 401, "UNAUTHENTICATED"),
        ("storefront", 403, "PERMISSION_DENIED"),
        ("storefrontCount", 403, "PERMISSION_DENIED"),
    ],
)
def test_a_refusal_is_a_wix_error_with_its_code(
    told: Told, call: str, status: int, code: str
) -> None:
    refused = told["refusals"][call]
    assert (refused.get("status"), refused.get("code")) == (status, code), refused
    assert refused["description"]
    UUID(refused["requestId"])


@pytest.mark.parametrize(
    ("call", "violations"),
    [
        (
            "create",
            {
                "itemDetails.name": "REQUIRED_FIELD",
                "itemDetails.price": "DECIMAL_GTE",
                "request.catalogReference.appId": "MIN_LENGTH",
                "request.catalogReference.catalogItemId": "REQUIRED_FIELD",
                "request.email": "FORMAT",
                "request.itemUrl": "FORMAT",
            },
        ),
        ("longItem", {"request.catalogReference.catalogItemId": "MAX_LENGTH"}),
        ("get", {"_id": "FORMAT"}),
        ("delete", {"_id": "FORMAT"}),
        ("mark", {"_id": "FORMAT"}),
        ("reportNothing", {"": "REQUIRED_ONE_OF_FIELD"}),
        ("reportNoIds", {"options.requestIds": "MIN_SIZE"}),
        ("reportIds", {"options.requestIds[0]": "FORMAT"}),
        ("start", {"appId": "MIN_LENGTH"}),
        ("stop", {"appId": "MIN_LENGTH"}),
        ("countNone", {"catalogReferences": "REQUIRED_FIELD"}),
        ("countMany", {"catalogReferences": "MAX_SIZE"}),
        ("countIncomplete", {"catalogReferences[1].catalogItemId": "REQUIRED_FIELD"}),
        ("queryField", {"query.filter.email": "UNKNOWN_FIELD"}),
        ("queryLimit", {"query.cursorPaging.limit": "MAX_LIMIT"}),
        ("queryCursor", {"query.cursorPaging.cursor": "INVALID_CURSOR"}),
        ("querySort", {"query.sort[0].order": "INVALID_VALUE"}),
    ],
)
def test_wrong_fields_are_named_as_the_sdk_names_them(
    told: Told, call: str, violations: dict[str, str]
) -> None:
    refused = told["violations"][call]
    assert refused.get("status") == 400, refused
    assert {each["field"]: each["ruleName"] for each in refused["violations"]} == violations
    assert {each["violatedRule"] for each in refused["violations"]} <= WIX_RULES


def test_a_query_of_the_builder_is_refused_alike(told: Told) -> None:
    (violation,) = told["builderViolation"]["violations"]
    assert violation["field"].endswith(".cursorPaging.limit")
