"""The owner's policies: of the site, and of single items."""

from typing import Any
from uuid import UUID

import pytest
from queues import BAG, queue_up
from shop import STORES, Shop
from shoppers import address, orchid_key
from temporalio.client import Client
from test_request_errors import violations

from domain.catalog import VOYADO_APP_ID, CatalogReference
from domain.matching import StockLevel
from domain.policy import Policy
from workflows.engine import Engine

POLICY = "/v1/policy"
ITEMS = "/v1/policy/items"
REFERENCE = {"appId": STORES, "catalogItemId": "orchid"}
WHOLE = {
    "automation": False,
    "minimumStock": 3,
    "conditions": {"contact.vip": True},
    "shoppersPerUnit": None,
    "waveIntervalMinutes": 0.5,
    "order": "newest",
    "capPerRestock": 500,
    "quietHours": {"from": "22:00", "to": "07:30"},
    "timeZone": "Europe/Stockholm",
    "ownerNotices": "off",
    "unknownDelivery": "hold",
    "expireAfterDays": 90,
    "concealWaiting": True,
    "doubleOptIn": True,
    "forgetUnconfirmedAfterDays": 3,
}


async def got(shop: Shop) -> dict[str, Any]:
    return dict((await shop.call("GET", POLICY)).json())


async def change_item(shop: Shop, body: dict[str, Any]) -> dict[str, Any]:
    reply = await shop.call("PATCH", ITEMS, body)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def items(shop: Shop, **parameters: Any) -> dict[str, Any]:
    reply = await shop.call("GET", ITEMS, params=parameters)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def test_a_new_site_has_the_default_policy(shop: Shop) -> None:
    assert await got(shop) == {
        "automation": True,
        "minimumStock": 1,
        "conditions": {},
        "shoppersPerUnit": 20,
        "waveIntervalMinutes": 60.0,
        "order": "oldest",
        "capPerRestock": None,
        "quietHours": None,
        "timeZone": "UTC",
        "ownerNotices": "each",
        "unknownDelivery": "resend",
        "expireAfterDays": None,
        "concealWaiting": False,
        "doubleOptIn": False,
        "forgetUnconfirmedAfterDays": 7,
    }


async def test_every_field_can_be_changed_by_itself_and_back(shop: Shop) -> None:
    default = await got(shop)
    assert default.keys() == WHOLE.keys()
    for field, value in WHOLE.items():
        reply = await shop.call("PATCH", POLICY, {field: value})
        assert reply.json() == default | {field: value}, field
        assert (await shop.call("PATCH", POLICY, {field: default[field]})).json() == default


async def test_what_was_read_can_be_sent_back(shop: Shop) -> None:
    assert (await shop.call("PATCH", POLICY, WHOLE)).json() == WHOLE
    assert (await shop.call("PATCH", POLICY, await got(shop))).json() == WHOLE
    assert await got(shop) == WHOLE


async def test_a_change_is_what_restocks_go_by(shop: Shop) -> None:
    await shop.call("PATCH", POLICY, WHOLE)
    assert await shop.store.sites.policy(shop.site) == Policy.of(WHOLE)


WRONG = [
    ("automation", "yes", "VALIDATION"),
    ("minimumStock", 0, "MIN"),
    ("minimumStock", 2**31, "MAX"),
    ("minimumStock", None, "VALIDATION"),
    ("shoppersPerUnit", 0, "MIN"),
    ("shoppersPerUnit", 1.5, "VALIDATION"),
    ("shoppersPerUnit", "20", "VALIDATION"),
    ("waveIntervalMinutes", 0, "MIN"),
    ("waveIntervalMinutes", -1, "MIN"),
    ("waveIntervalMinutes", 10_081, "MAX"),
    ("waveIntervalMinutes", "60", "VALIDATION"),
    ("waveIntervalMinutes", True, "VALIDATION"),
    ("waveIntervalMinutes", None, "VALIDATION"),
    ("order", "cheapest", "INVALID_ENUM_VALUE"),
    ("capPerRestock", 0, "MIN"),
    ("unknownDelivery", "guess", "INVALID_ENUM_VALUE"),
    ("quietHours", "at night", "VALIDATION"),
    ("quietHours", {"from": "22:00", "to": "22:00"}, "FORMAT"),
    ("quietHours.to", {"from": "22:00"}, "REQUIRED_FIELD"),
    ("quietHours.from", {"from": "24:00", "to": "07:00"}, "FORMAT"),
    ("quietHours.from", {"from": "9:00", "to": "07:00"}, "FORMAT"),
    ("quietHours.from", {"from": "22:00:30", "to": "07:00"}, "FORMAT"),
    ("quietHours.to", {"from": "22:00", "to": 7}, "VALIDATION"),
    ("quietHours.until", {"from": "22:00", "to": "07:00", "until": "x"}, "FIELD_NOT_ALLOWED"),
    ("minimumstock", 2, "FIELD_NOT_ALLOWED"),
    ("conditions.quantity.$gte", {"quantity": {"$gte": "two"}}, "FORMAT"),
]
WRONG_OF_A_SITE = [
    ("timeZone", "Stockholm", "FORMAT"),
    ("timeZone", "../../etc/passwd", "FORMAT"),
    ("timeZone", "Europe", "FORMAT"),
    ("timeZone", "", "FORMAT"),
    ("timeZone", None, "VALIDATION"),
    ("ownerNotices", "never", "INVALID_ENUM_VALUE"),
    ("expireAfterDays", 0, "MIN"),
    ("expireAfterDays", 3651, "MAX"),
    ("concealWaiting", "yes", "VALIDATION"),
]
WRONG_OF_AN_ITEM = [
    ("timeZone", "Europe/Stockholm", "FIELD_NOT_ALLOWED"),
    ("ownerNotices", "off", "FIELD_NOT_ALLOWED"),
    ("expireAfterDays", 90, "FIELD_NOT_ALLOWED"),
    ("concealWaiting", True, "FIELD_NOT_ALLOWED"),
]


@pytest.mark.parametrize(("field", "value", "rule"), WRONG + WRONG_OF_A_SITE)
async def test_a_wrong_field_is_named_and_nothing_is_changed(
    shop: Shop, field: str, value: Any, rule: str
) -> None:
    before = await got(shop)
    body = {"unknownDelivery": "hold", field.partition(".")[0]: value}
    assert violations(await shop.call("PATCH", POLICY, body)) == [(field, rule)]
    assert await got(shop) == before


@pytest.mark.parametrize(("field", "value", "rule"), WRONG + WRONG_OF_AN_ITEM)
async def test_a_wrong_field_of_an_item_is_named_and_nothing_is_changed(
    shop: Shop, field: str, value: Any, rule: str
) -> None:
    changes = {"unknownDelivery": "hold", field.partition(".")[0]: value}
    reply = await shop.call("PATCH", ITEMS, {"sku": "SKU-1", "policy": changes})
    assert violations(reply) == [(f"policy.{field}", rule)]
    assert (await items(shop))["items"] == []


async def test_no_number_is_an_interval_that_is_none(shop: Shop) -> None:
    headers = {"Authorization": shop.key("owner"), "Content-Type": "application/json"}
    for number in ("NaN", "Infinity", "1e999"):
        content = f'{{"waveIntervalMinutes": {number}}}'
        reply = await shop.http.request("PATCH", POLICY, content=content, headers=headers)
        assert [field for field, _ in violations(reply)] == ["waveIntervalMinutes"]


async def test_an_item_differs_from_its_site_in_what_it_says_and_in_nothing_else(
    shop: Shop,
) -> None:
    await shop.call("PATCH", POLICY, {"minimumStock": 2, "order": "newest"})
    changes = {"minimumStock": 7, "quietHours": {"from": "20:00", "to": "08:00"}}
    changed = await change_item(shop, {"catalogReference": REFERENCE, "policy": changes})
    assert changed["overrides"] == changes
    assert changed["policy"] == await got(shop) | changes
    await shop.call("PATCH", POLICY, {"minimumStock": 3, "capPerRestock": 9})
    (item,) = (await items(shop))["items"]
    assert item["policy"] == await got(shop) | changes
    assert item["policy"]["capPerRestock"] == 9
    assert item["policy"] == changed["policy"] | {"capPerRestock": 9}


async def test_an_item_may_be_without_a_limit_that_its_site_has(shop: Shop) -> None:
    await shop.call("PATCH", POLICY, {"capPerRestock": 9})
    changed = await change_item(shop, {"sku": "SKU-1", "policy": {"capPerRestock": None}})
    assert changed["overrides"] == {"capPerRestock": None}
    assert changed["policy"]["capPerRestock"] is None


async def test_an_item_inherits_a_field_again(shop: Shop) -> None:
    await change_item(shop, {"sku": "SKU-1", "policy": {"minimumStock": 7, "order": "newest"}})
    body = {"sku": "SKU-1", "policy": {"automation": False}, "inherit": ["minimumStock"]}
    assert (await change_item(shop, body))["overrides"] == {"order": "newest", "automation": False}
    body = {"sku": "SKU-1", "inherit": ["order", "automation", "capPerRestock"]}
    cleared = await change_item(shop, body)
    assert (cleared["overrides"], cleared["policy"]) == ({}, await got(shop))
    assert (await items(shop))["items"] == []


async def test_null_as_the_policy_of_an_item_clears_it(shop: Shop) -> None:
    await change_item(shop, {"sku": "SKU-1", "policy": {"minimumStock": 7}})
    cleared = await change_item(shop, {"sku": "SKU-1", "policy": None})
    assert (cleared["overrides"], cleared["policy"]) == ({}, await got(shop))
    assert (await items(shop))["items"] == []


async def test_an_item_is_the_same_by_reference_and_by_key(shop: Shop) -> None:
    named = await change_item(shop, {"catalogReference": REFERENCE, "policy": {"minimumStock": 7}})
    assert (named["itemKey"], named["catalogReference"]) == (orchid_key(), REFERENCE)
    by_key = await change_item(shop, {"itemKey": orchid_key(), "policy": {"order": "newest"}})
    assert by_key["overrides"] == {"minimumStock": 7, "order": "newest"}
    sku = CatalogReference(app_id=VOYADO_APP_ID, catalog_item_id="SKU-1")
    named = await change_item(shop, {"sku": "SKU-1", "policy": {"minimumStock": 7}})
    assert (named["itemKey"], named["sku"]) == (sku.item_key, "SKU-1")
    assert "catalogReference" not in named


async def test_a_list_says_which_item_is_meant_while_somebody_waits_for_it(shop: Shop) -> None:
    options = {"variantId": "blue"}
    request_id = await shop.ask(address(), options=options)
    await change_item(shop, {"itemKey": orchid_key(options), "policy": {"minimumStock": 7}})
    (item,) = (await items(shop))["items"]
    assert item["catalogReference"] == REFERENCE | {"options": options}
    await shop.store.requests.delete(shop.site, UUID(request_id))
    (item,) = (await items(shop))["items"]
    assert "catalogReference" not in item
    assert item["itemKey"] == orchid_key(options)


async def test_a_list_of_items_comes_page_by_page(shop: Shop) -> None:
    keys = []
    for number in range(5):
        body = {"sku": f"SKU-{number}", "policy": {"minimumStock": 2 + number}}
        keys.append((await change_item(shop, body))["itemKey"])
    found, page = [], await items(shop, limit=2)
    while page["next"]:
        found += page["items"]
        page = await items(shop, limit=2, after=page["next"])
    found += page["items"]
    assert [item["itemKey"] for item in found] == sorted(keys)
    assert (await items(shop, limit=5))["next"] is None


async def test_the_policy_of_an_item_is_its_sites_own(shop: Shop, other_shop: Shop) -> None:
    await change_item(shop, {"sku": "SKU-1", "policy": {"minimumStock": 7}})
    assert (await items(other_shop))["items"] == []
    await change_item(other_shop, {"sku": "SKU-1", "policy": None})
    assert len((await items(shop))["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"policy": {}}, "", "REQUIRED_ONE_OF_FIELD"),
        ({"sku": "a", "itemKey": "0" * 32, "policy": {}}, "", "REQUIRED_ONE_OF_FIELD"),
        ({"sku": "a"}, "", "REQUIRED_ONE_OF_FIELD"),
        ({"sku": "", "policy": {}}, "sku", "MIN_LENGTH"),
        ({"itemKey": "orchid", "policy": {}}, "itemKey", "FORMAT"),
        ({"itemKey": "0" * 33, "policy": {}}, "itemKey", "FORMAT"),
        (
            {"catalogReference": {"appId": "a"}, "policy": {}},
            "catalogReference.catalogItemId",
            "REQUIRED_FIELD",
        ),
        ({"sku": "a", "inherit": ["timeZone"]}, "inherit[0]", "INVALID_ENUM_VALUE"),
        ({"sku": "a", "inherit": ["order"], "policy": {"order": "newest"}}, "inherit", "FORMAT"),
        ({"sku": "a", "polcy": {}, "policy": {}}, "polcy", "FIELD_NOT_ALLOWED"),
    ],
)
async def test_a_change_of_an_item_that_cannot_be_read_is_refused_by_its_field(
    shop: Shop, body: dict[str, Any], field: str, rule: str
) -> None:
    assert violations(await shop.call("PATCH", ITEMS, body)) == [(field, rule)]


async def test_options_that_no_item_can_have_are_refused(shop: Shop) -> None:
    reference = REFERENCE | {"options": {"a": "x" * 5000}}
    reply = await shop.call("PATCH", ITEMS, {"catalogReference": reference, "policy": {}})
    error = reply.json()["details"]["applicationError"]
    assert (reply.status_code, error["code"]) == (400, "INVALID_CATALOG_REFERENCE_OPTIONS")


async def test_an_item_goes_by_its_own_policy_and_the_next_item_by_the_sites(shop: Shop) -> None:
    orchid, lily = await shop.ask(address()), await shop.ask(address(), "lily")
    body = {"catalogReference": REFERENCE, "policy": {"automation": False}}
    await change_item(shop, body)
    await shop.report()
    await shop.report("lily")
    await shop.until(lily, "NOTIFICATION_SENT")
    held = await shop.until_step(orchid, "held_back")
    assert held["detail"] == "not announced: automation is switched off"
    await change_item(shop, body | {"policy": None})
    await shop.report()
    await shop.until(orchid, "NOTIFICATION_SENT")


@pytest.mark.parametrize("of", ["site", "item"])
async def test_a_policy_that_changes_while_a_restock_runs_counts_from_its_next_wave(
    shop: Shop, temporal: Client, of: str
) -> None:
    # With its cap reached, the restock looks again at each wave and tells nobody.
    await shop.call("PATCH", POLICY, {"waveIntervalMinutes": 0.01, "capPerRestock": 1})
    first, *others = await queue_up(shop, [1, 1, 1])
    levels = [StockLevel(sku=BAG.catalog_item_id, quantity=1)]
    await shop.store.stock.update(shop.site, levels)
    await Engine(temporal).arrivals_waiting(shop.site)
    await shop.until(str(first.id), "NOTIFICATION_SENT")
    held = await shop.until_step(str(others[1].id), "held_back")
    assert held["detail"] == "not announced: the cap of 1 shoppers per restock is reached"
    assert (await shop.get(str(others[0].id)))["status"] == "RECEIVED"
    if of == "site":
        await shop.call("PATCH", POLICY, {"capPerRestock": None})
    else:
        await change_item(shop, {"itemKey": BAG.item_key, "policy": {"capPerRestock": None}})
    for other in others:
        await shop.until(str(other.id), "NOTIFICATION_SENT")
