"""The calls of Voyado's dialect in a test, sent as its clients do: with the header `apikey`."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from shop import Shop
from shoppers import address
from temporalio.client import Client

from domain.ids import request_workflow_id

V3 = "/api/v3"
SUBSCRIPTIONS = "/inventory/backinstock/subscriptions"
STOCK = "/inventory/stock-levels"
LOG = "/inventory/backinstock/log"


async def v3(
    shop: Shop, method: str, path: str, json: Any = None, scope: str = "owner", **options: Any
) -> httpx.Response:
    """Call the dialect with a key of the shop."""
    headers = {"apikey": shop.key(scope)}
    return await shop.http.request(method, V3 + path, json=json, headers=headers, **options)


async def contact(shop: Shop, email: str = "", **more: Any) -> str:
    """Make a contact; returns its id."""
    reply = await v3(shop, "POST", "/contacts", {"email": email or address(), **more})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


async def subscribe(
    shop: Shop,
    contact_id: str,
    sku: str = "SKU-1",
    locale: str = "sv-se",
    external_id: str | None = None,
) -> httpx.Response:
    """A contact asks to be told; the reply."""
    body = {"contactId": contact_id, "locale": locale, "sku": sku, "externalId": external_id}
    return await v3(shop, "POST", SUBSCRIPTIONS, body)


async def subscribed(shop: Shop, contact_id: str, *what: str) -> str:
    """A contact asks to be told; the id of the new subscription."""
    reply = await subscribe(shop, contact_id, *what)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


async def listed(shop: Shop, contact_id: str) -> list[dict[str, Any]]:
    """The subscriptions of a contact."""
    reply = await v3(shop, "GET", f"/contacts/{contact_id}/backinstock/subscriptions")
    assert reply.status_code == 202, reply.text
    return list(reply.json()["data"])


async def keep_products(shop: Shop, locale: str, *skus: str, name: str = "Bag") -> None:
    """Make a product feed for a locale, with some products."""
    await shop.store.pool.execute(
        "INSERT INTO product_feeds (site, locale, shown_locale) VALUES ($1, $2, $2)",
        shop.site,
        locale,
    )
    for sku in skus:
        await shop.store.pool.execute(
            "INSERT INTO products VALUES "
            "($1, $2, $3, false, $4, '199.00', 'SEK', '', '', 'in_stock', '{}')",
            shop.site,
            locale,
            sku,
            name,
        )


async def withdrawn(temporal: Client, request_id: str) -> None:
    """Return when the workflow of a request has ended because nobody waits any more."""
    workflow = temporal.get_workflow_handle(request_workflow_id(UUID(request_id)))
    async with asyncio.timeout(20):
        assert await workflow.result() == "withdrawn"


def problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    """The problem a call was answered with, once its form was looked at."""
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = reply.json()
    assert found.keys() == {"type", "title", "status", "detail", "errors"}
    assert found["status"] == status
    assert UUID(reply.headers["X-Wix-Request-Id"])
    return found


def wrong(reply: httpx.Response, status: int = 400) -> list[tuple[str, str]]:
    """The fields that were wrong, and by which rule."""
    return [(each["field"], each["rule"]) for each in problem(reply, status)["errors"]]
