"""Nothing of another site exists: every route answers what it names as if nobody had it."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from conftest import RunningWorker, open_shop
from fastapi import FastAPI
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address
from temporalio.client import Client
from test_access import ID, MAY_CALL, VOYADO, routes
from voyado import keep_products, subscribed, v3
from waiting_lists import until_state, upload_list

from api.app import create_app
from api.services import Services
from domain.catalog import CatalogReference
from domain.settings import Settings
from domain.visits import visit_token
from store.store import Store
from workflows.engine import Engine


@dataclass(frozen=True)
class Things:
    """What a site has, by the names that calls give it; all of one form, whoever has them."""

    id: str
    importId: str
    contactId: str
    subscriptionId: str
    email: str
    item: str
    item_key: str
    sku: str
    locale: str
    restock: str
    cursor: str
    idempotency_key: str
    app: str
    token: str
    line: int

    @property
    def reference(self) -> dict[str, str]:
        return {"appId": STORES, "catalogItemId": self.item}


def create(things: Things) -> dict[str, Any]:
    request = {"catalogReference": things.reference, "email": things.email}
    return {
        "json": {"request": request, "itemDetails": ORCHID},
        "headers": {"Idempotency-Key": things.idempotency_key},
    }


def upload(things: Things) -> dict[str, Any]:
    line = f"{things.sku}\tBag\t10.00 SEK\tout of stock\n"
    return {
        "content": f"id\ttitle\tprice\tavailability\n{line}".encode(),
        "headers": {"Content-Type": "text/tab-separated-values"},
    }


def by_path(things: Things) -> dict[str, Any]:
    return {}


NAMED: dict[str, Callable[[Things], dict[str, Any]]] = {
    f"POST {BASE}": create,
    f"POST {BASE}/report-items-back-in-stock": lambda things: {
        "json": {"itemDetails": ORCHID, "requestIds": [things.id]}
    },
    "POST /v1/requests/retry": lambda things: {"json": {"requestIds": [things.id]}},
    f"GET {BASE}": lambda things: {"params": {"query.cursorPaging.cursor": things.cursor}},
    f"POST {BASE}/query": lambda things: {
        "json": {"query": {"filter": {"contactId": things.contactId}}}
    },
    f"GET {BASE}/count-by-catalog-reference": lambda things: {
        "params": {"catalogReferences": json.dumps([things.reference])}
    },
    f"GET {ID}": by_path,
    f"DELETE {ID}": by_path,
    f"PUT {ID}/mark-as-notification-sent": by_path,
    f"GET {ID}/timeline": by_path,
    f"POST {BASE}/settings/start-collecting": lambda things: {"json": {"appId": things.app}},
    f"POST {BASE}/settings/stop-collecting": lambda things: {"json": {"appId": things.app}},
    f"POST {VOYADO}/contacts": lambda things: {"json": {"email": things.email}},
    f"GET {VOYADO}/contacts": lambda things: {"params": {"email": things.email}},
    f"GET {VOYADO}/contacts/{{contactId}}": by_path,
    f"PATCH {VOYADO}/contacts/{{contactId}}": lambda things: {"json": {"firstName": "Kim"}},
    f"DELETE {VOYADO}/contacts/{{contactId}}": by_path,
    f"GET {VOYADO}/contacts/{{contactId}}/backinstock/subscriptions": by_path,
    f"POST {VOYADO}/inventory/backinstock/subscriptions": lambda things: {
        "json": {"contactId": things.contactId, "locale": things.locale, "sku": things.sku}
    },
    f"DELETE {VOYADO}/inventory/backinstock/subscriptions/{{subscriptionId}}": by_path,
    f"PUT {VOYADO}/inventory/stock-levels": lambda things: {
        "json": [{"sku": things.sku, "quantity": 5, "updatedOn": "2020-01-01T00:00:00Z"}]
    },
    f"POST {VOYADO}/purchases": lambda things: {
        "json": {"contactId": things.contactId, "sku": things.sku}
    },
    f"GET {VOYADO}/inventory/backinstock/log": lambda things: {
        "params": {"sku": things.sku, "before": things.restock}
    },
    f"PUT {VOYADO}/product-feeds/{{locale}}": upload,
    f"GET {VOYADO}/product-feeds/{{locale}}": by_path,
    f"DELETE {VOYADO}/product-feeds/{{locale}}": by_path,
    f"POST {VOYADO}/product-feeds/{{locale}}/refresh": by_path,
    "GET /v1/policy/items": lambda things: {"params": {"after": things.item_key}},
    "PATCH /v1/policy/items": lambda things: {
        "json": {"itemKey": things.item_key, "policy": {"minimumStock": 2}}
    },
    "GET /v1/restocks": lambda things: {"params": {"before": things.restock}},
    "POST /v1/restocks/preview": lambda things: {
        "json": {"itemKey": things.item_key, "quantity": 5}
    },
    "GET /v1/demand": lambda things: {"params": {"after": f"1.{things.item_key}"}},
    **{
        f"POST /v1/restocks/{act}": lambda things: {"json": {"itemKey": things.item_key}}
        for act in ("pause", "resume", "stop")
    },
    "POST /v1/imports": lambda things: {
        "content": f"email,sku\n{things.email},{things.sku}\n".encode(),
        "headers": {"Content-Type": "text/csv"},
        "params": {"appId": things.app},
    },
    "GET /v1/imports/{importId}": by_path,
    "POST /v1/imports/{importId}/confirm": by_path,
    "POST /v1/imports/{importId}/discard": by_path,
    "GET /v1/imports/{importId}/rejected": by_path,
    "POST /v1/shoppers/export": lambda things: {"json": {"email": things.email}},
    "POST /v1/shoppers/erase": lambda things: {"json": {"email": things.email}},
    "POST /v1/purchases": lambda things: {"json": {"token": things.token}},
    "GET /v1/inbox": lambda things: {"params": {"before": things.line}},
}
"""What each route names, beside what is in its path."""

NAMES_NOTHING = {
    f"PUT {BASE}/settings",
    f"GET {VOYADO}/product-feeds",
    "GET /v1/policy",
    "PATCH /v1/policy",
    "GET /v1/restocks/running",
    "GET /v1/conversions",
    "GET /healthz",
    "GET /readyz",
}


def app_id() -> str:
    """An app of nobody else; last in its site's list, which is sorted, whatever it is called."""
    return f"ffff{str(uuid4())[4:]}"


async def open_with_things(shop: Shop) -> Things:
    """Have a site own one of everything."""
    item, sku, restock = f"item-{uuid4().hex[:8]}", f"SKU-{uuid4().hex[:8]}", str(uuid4())
    app, email, key = app_id(), address("thing"), uuid4().hex
    headers = {"Idempotency-Key": key}
    body = shop.new_request(email, item)
    made = (await shop.call("POST", BASE, body, headers=headers)).json()["request"]
    await shop.ask(address(), item)
    query = {"query": {"cursorPaging": {"limit": 1}}}
    page = await shop.call("POST", f"{BASE}/query", query)
    item_key = CatalogReference(app_id=STORES, catalog_item_id=item).item_key
    await keep_products(shop, "sv-se", sku)
    await v3(shop, "PUT", "/inventory/stock-levels", [{"sku": sku, "quantity": 0}])
    change = {"itemKey": item_key, "policy": {"minimumStock": 7}}
    await shop.call("PATCH", "/v1/policy/items", change)
    await shop.store.sites.set_collecting(shop.site, app, True)
    await shop.store.pool.execute(
        "INSERT INTO restocks (id, site, item_key, sku, locale, external_id, source) "
        "VALUES ($1, $2, $3, $4, '', '', 'report')",
        *(restock, shop.site, item_key, sku),
    )
    told = await shop.ask(address(), "told")
    await shop.report("told")
    await shop.until(told, "NOTIFICATION_SENT")
    wave = await shop.store.pool.fetchval("SELECT restock_id FROM requests WHERE id = $1", told)
    return Things(
        id=made["id"],
        importId=await imported(shop),
        contactId=made["contactId"],
        subscriptionId=await subscribed(shop, made["contactId"], sku),
        email=email,
        item=item,
        item_key=item_key,
        sku=sku,
        locale="sv-SE",
        restock=restock,
        cursor=page.json()["metadata"]["cursors"]["next"],
        idempotency_key=key,
        app=app,
        token=visit_token(await shop.store.sites.cursor_key(shop.site), UUID(told), wave),
        line=2**61,
    )


async def imported(shop: Shop) -> str:
    """An import that waits for an answer, with a line that cannot be used."""
    made = await upload_list(shop, f"email,sku\n{address()},SKU-9\n,SKU-9\n")
    return str((await until_state(shop, made.json()["id"], "ready"))["id"])


def of_nobody(like: Things) -> Things:
    """The same, of no site."""
    middle = len(like.cursor) // 2
    other = "A" if like.cursor[middle] != "A" else "B"
    return Things(
        id=str(uuid4()),
        importId=str(uuid4()),
        contactId=str(uuid4()),
        subscriptionId=str(uuid4()),
        email=address("thing"),
        item=f"item-{uuid4().hex[:8]}",
        item_key=uuid4().hex,
        sku=f"SKU-{uuid4().hex[:8]}",
        locale="da-DK",
        restock=str(uuid4()),
        cursor=like.cursor[:middle] + other + like.cursor[middle + 1 :],
        idempotency_key=uuid4().hex,
        app=app_id(),
        token=visit_token(b"", uuid4(), uuid4()),
        line=like.line,
    )


async def state(shop: Shop, things: Things) -> list[Any]:
    """All that a site can see of its things."""
    mine = f"/contacts/{things.contactId}"
    replies = [
        await shop.call("GET", f"{BASE}/{things.id}"),
        await v3(shop, "GET", mine),
        await v3(shop, "GET", f"{mine}/backinstock/subscriptions"),
        await v3(shop, "GET", f"/product-feeds/{things.locale}"),
        await shop.call("GET", "/v1/policy/items"),
        await shop.call("PUT", f"{BASE}/settings"),
        await shop.call("GET", "/v1/restocks"),
        await shop.call("GET", "/v1/demand"),
        await shop.call("GET", f"/v1/imports/{things.importId}"),
    ]
    assert {reply.status_code for reply in replies} == {200, 202}
    levels = "SELECT sku, quantity FROM stock_levels WHERE site = $1"
    return [reply.json() for reply in replies] + [await shop.store.pool.fetch(levels, shop.site)]


@pytest_asyncio.fixture(scope="module")
async def theirs(
    http: httpx.AsyncClient, store: Store, worker: RunningWorker
) -> tuple[Shop, Things]:
    """Another site, with one of everything."""
    other = await open_shop(http, store)
    await other.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    return other, await open_with_things(other)


async def answer(shop: Shop, route: str, things: Things) -> tuple[int, str, dict[str, str]]:
    """What a site is told of things, without their names, its ids and its dates."""
    method, template = route.split(" ")
    path = re.sub(r"{(\w+)}", lambda match: str(getattr(things, match[1])), template)
    named = NAMED[route](things)
    headers = {"Authorization": shop.key("owner")} | named.pop("headers", {})
    reply = await shop.http.request(method, path, headers=headers, **named)
    kept = {
        name: nameless(value, things)
        for name, value in reply.headers.items()
        # The body itself is compared.
        if name not in ("x-wix-request-id", "content-length")
    }
    return reply.status_code, nameless(reply.text, things), kept


def nameless(text: str, things: Things) -> str:
    for name, value in asdict(things).items():
        if isinstance(value, str):
            text = re.sub(re.escape(value), f"<{name}>", text, flags=re.IGNORECASE)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", "<date>", text)


def test_every_route_says_what_it_names(store: Store, temporal: Client, settings: Settings) -> None:
    app: FastAPI = create_app(Services(store, Engine(temporal), settings))
    assert sorted([*NAMED, *NAMES_NOTHING]) == sorted(routes(app)) == sorted(MAY_CALL)


@pytest.mark.parametrize("route", NAMED)
async def test_what_another_site_has_is_answered_as_what_nobody_has(
    http: httpx.AsyncClient, store: Store, theirs: tuple[Shop, Things], route: str
) -> None:
    other, things = theirs
    before = await state(other, things)
    asked = [
        await answer(await open_shop(http, store), route, named)
        for named in (things, of_nobody(things))
    ]
    assert asked[0] == asked[1]
    assert asked[0][0] < 500
    assert await state(other, things) == before
