"""Who may call what: every route with every kind of key."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine

ID = f"{BASE}/{{id}}"
VOYADO = "/api/v3"
OWNER = {"owner"}
ANYONE = {"owner", "inventory", "storefront", "none", "unknown", "revoked"}
MAY_CALL = {
    f"POST {BASE}": {"owner", "storefront"},
    f"POST {BASE}/report-items-back-in-stock": {"owner", "inventory"},
    f"GET {BASE}": OWNER,
    f"POST {BASE}/query": OWNER,
    f"GET {BASE}/count-by-catalog-reference": OWNER,
    f"GET {ID}": OWNER,
    f"DELETE {ID}": OWNER,
    f"PUT {ID}/mark-as-notification-sent": OWNER,
    f"GET {ID}/timeline": OWNER,
    f"POST {BASE}/settings/start-collecting": OWNER,
    f"POST {BASE}/settings/stop-collecting": OWNER,
    f"PUT {BASE}/settings": {"owner", "inventory", "storefront"},
    f"POST {VOYADO}/contacts": OWNER,
    f"GET {VOYADO}/contacts": OWNER,
    f"GET {VOYADO}/contacts/{{contactId}}": OWNER,
    f"PATCH {VOYADO}/contacts/{{contactId}}": OWNER,
    f"DELETE {VOYADO}/contacts/{{contactId}}": OWNER,
    f"GET {VOYADO}/contacts/{{contactId}}/backinstock/subscriptions": OWNER,
    f"POST {VOYADO}/inventory/backinstock/subscriptions": {"owner", "storefront"},
    f"DELETE {VOYADO}/inventory/backinstock/subscriptions/{{subscriptionId}}": OWNER,
    f"PUT {VOYADO}/inventory/stock-levels": {"owner", "inventory"},
    f"POST {VOYADO}/purchases": {"owner", "inventory"},
    f"GET {VOYADO}/inventory/backinstock/log": {"owner", "inventory"},
    f"GET {VOYADO}/product-feeds": OWNER,
    f"PUT {VOYADO}/product-feeds/{{locale}}": OWNER,
    f"GET {VOYADO}/product-feeds/{{locale}}": OWNER,
    f"DELETE {VOYADO}/product-feeds/{{locale}}": OWNER,
    f"POST {VOYADO}/product-feeds/{{locale}}/refresh": {"owner", "inventory"},
    "GET /v1/policy": OWNER,
    "PATCH /v1/policy": OWNER,
    "GET /v1/policy/items": OWNER,
    "PATCH /v1/policy/items": OWNER,
    "GET /v1/restocks": OWNER,
    "POST /v1/restocks/preview": OWNER,
    "GET /v1/restocks/running": OWNER,
    "POST /v1/restocks/pause": OWNER,
    "POST /v1/restocks/resume": OWNER,
    "POST /v1/restocks/stop": OWNER,
    "GET /v1/demand": OWNER,
    "GET /v1/inbox": OWNER,
    "POST /v1/requests/retry": OWNER,
    "POST /v1/shoppers/export": OWNER,
    "POST /v1/purchases": {"owner", "inventory", "storefront"},
    "GET /v1/conversions": OWNER,
    "POST /v1/shoppers/erase": OWNER,
    "POST /v1/imports": OWNER,
    "GET /v1/imports/{importId}": OWNER,
    "POST /v1/imports/{importId}/confirm": OWNER,
    "POST /v1/imports/{importId}/discard": OWNER,
    "GET /v1/imports/{importId}/rejected": OWNER,
    "GET /healthz": ANYONE,
    "GET /readyz": ANYONE,
}


@pytest.fixture(scope="module")
def app(store: Store, temporal: Client, settings: Settings) -> FastAPI:
    return create_app(Services(store, Engine(temporal), settings))


def routes(app: FastAPI) -> Iterator[str]:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield f"{method.upper()} {path}"


async def headers_of(shop: Shop, key: str) -> dict[str, str]:
    if key == "none":
        return {}
    if key == "revoked":
        secret = f"revoked-{shop.site}"
        await shop.store.sites.add_key(shop.site, "owner", secret)
        found = await shop.store.sites.find_key(secret)
        assert found
        await shop.store.sites.revoke_key(found.id)
        return {"Authorization": secret}
    return {"Authorization": "unknown" if key == "unknown" else shop.key(key)}


def test_every_route_says_who_may_call_it(app: FastAPI) -> None:
    assert sorted(routes(app)) == sorted(MAY_CALL)


@pytest.mark.parametrize("key", sorted(ANYONE))
async def test_a_key_reaches_what_it_may_and_nothing_else(
    shop: Shop, app: FastAPI, key: str
) -> None:
    headers = await headers_of(shop, key)
    for route in routes(app):
        method, path = route.split(" ")
        short = path.removeprefix("/back-in-stock-service")
        for one in {path, short}:
            url = re.sub(r"{\w+}", str(uuid4()), one)
            reply = await shop.http.request(method, url, json={}, headers=headers)
            refused = 403 if key in ("owner", "inventory", "storefront") else 401
            allowed = key in MAY_CALL.get(route, set())
            assert (reply.status_code == refused) is not allowed, f"{method} {url} by {key}"
            assert reply.status_code < 500


@pytest.mark.parametrize("key", ["none", "unknown", "revoked"])
async def test_a_missing_or_bad_key_is_told_apart_from_a_wrong_scope(shop: Shop, key: str) -> None:
    reply = await shop.http.post(BASE, json={"bad": 1}, headers=await headers_of(shop, key))
    error = reply.json()["details"]["applicationError"]
    assert (reply.status_code, error["code"]) == (401, "UNAUTHENTICATED")
    reply = await shop.call("GET", "/v1/policy", scope="storefront")
    error = reply.json()["details"]["applicationError"]
    assert (reply.status_code, error["code"]) == (403, "PERMISSION_DENIED")


async def test_a_key_may_come_bare_as_bearer_or_in_the_apikey_header(shop: Shop) -> None:
    key = shop.key("owner")
    for headers in ({"Authorization": key}, {"Authorization": f"Bearer {key}"}, {"apikey": key}):
        assert (await shop.http.get("/v1/policy", headers=headers)).status_code == 200


@pytest.mark.parametrize("key", ["", "Bearer ", "x" * 100_000, "%00", "a b"])
async def test_an_odd_key_is_an_unknown_key(shop: Shop, key: str) -> None:
    reply = await shop.http.get("/v1/policy", headers={"Authorization": key})
    assert reply.status_code == 401


async def test_a_storefront_key_makes_requests_and_reads_none(shop: Shop) -> None:
    body = shop.new_request(address())
    made = await shop.call("POST", BASE, body, scope="storefront")
    assert made.status_code == 200
    read = await shop.call("GET", f"{BASE}/{made.json()['request']['id']}", scope="storefront")
    assert read.status_code == 403


async def test_another_sites_request_does_not_exist(shop: Shop, other_shop: Shop) -> None:
    request_id = await shop.ask(address())
    for method, path, missing in (
        ("GET", request_id, 404),
        ("DELETE", request_id, 404),
        ("GET", f"{request_id}/timeline", 404),
        ("PUT", f"{request_id}/mark-as-notification-sent", 428),
    ):
        reply = await other_shop.call(method, f"{BASE}/{path}", {})
        assert reply.status_code == missing, f"{method} {path}"
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def test_another_sites_report_reaches_nobody_here(shop: Shop, other_shop: Shop) -> None:
    ours, theirs = await shop.ask(address()), await other_shop.ask(address())
    await other_shop.report()
    await other_shop.until(theirs, "NOTIFICATION_SENT")
    theirs = await other_shop.ask(address())
    await other_shop.report(requestIds=[ours, theirs])
    await other_shop.until(theirs, "NOTIFICATION_SENT")
    assert (await shop.get(ours))["status"] == "RECEIVED"


async def test_another_sites_policy_settings_and_inbox_are_its_own(
    shop: Shop, other_shop: Shop
) -> None:
    await shop.ask(address())
    await shop.call("PATCH", "/v1/policy", {"automation": False})
    assert (await other_shop.call("GET", "/v1/policy")).json()["automation"] is True
    assert (await other_shop.call("GET", "/v1/inbox")).json()["lines"] == []
    await shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    await other_shop.ask(address())


async def test_an_inventory_key_reports(shop: Shop) -> None:
    request_id = await shop.ask(address())
    body = {"itemDetails": ORCHID, "requestIds": [request_id]}
    path = f"{BASE}/report-items-back-in-stock"
    assert (await shop.call("POST", path, body, scope="inventory")).status_code == 200
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_revoked_key_works_no_more(shop: Shop, store: Store) -> None:
    assert (await shop.call("GET", "/v1/policy")).status_code == 200
    found = await store.sites.find_key(shop.key("owner"))
    assert found
    await store.sites.revoke_key(found.id)
    assert (await shop.call("GET", "/v1/policy")).status_code == 401
