"""A body that is too long is refused, before it is read to its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from served import served
from shop import BASE, Shop
from shoppers import address
from voyado import V3, problem

from api.app import create_app
from api.body_limits import MOST_BYTES, MOST_BYTES_OF_LEVELS
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine

LEVELS = f"{V3}/inventory/stock-levels"


async def endless(piece: bytes, most: int, sent: list[int]) -> AsyncIterator[bytes]:
    """A body that does not say how long it is; `sent` has how much of it was asked for."""
    while sum(sent) < most:
        sent.append(len(piece))
        yield piece


def headers(shop: Shop, kind: str = "application/json") -> dict[str, str]:
    return {"Authorization": shop.key("owner"), "Content-Type": kind}


def too_large(reply: httpx.Response) -> bool:
    error = reply.json()["details"]["applicationError"]
    return (reply.status_code, error["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", BASE), ("PATCH", "/v1/policy"), ("GET", BASE), ("POST", "/no/such/path")],
)
async def test_a_body_of_more_than_a_mebibyte_is_refused(
    shop: Shop, method: str, path: str
) -> None:
    content = b" " * (MOST_BYTES + 1)
    reply = await shop.http.request(method, path, content=content, headers=headers(shop))
    assert too_large(reply)
    assert reply.headers["X-Wix-Request-Id"]


async def test_it_is_refused_in_the_callers_dialect(shop: Shop) -> None:
    content = b" " * (MOST_BYTES + 1)
    reply = await shop.http.post(f"{V3}/contacts", content=content, headers=headers(shop))
    assert problem(reply, 413)["type"] == "urn:restock:problem:body-too-large"


async def test_a_body_that_hides_its_length_is_not_read_to_its_end(shop: Shop) -> None:
    sent: list[int] = []
    body = endless(b" " * 65_536, 100 * MOST_BYTES, sent)
    assert too_large(await shop.http.post(BASE, content=body, headers=headers(shop)))
    assert sum(sent) <= 2 * MOST_BYTES


async def test_a_body_of_just_a_mebibyte_is_read(shop: Shop) -> None:
    body = json.dumps(shop.new_request(address())).encode()
    for content in (body.ljust(MOST_BYTES), endless(body.ljust(MOST_BYTES), 1, [])):
        reply = await shop.http.post(BASE, content=content, headers=headers(shop))
        assert reply.status_code in (200, 409), reply.text


async def test_ten_thousand_stock_levels_fit_and_no_body_without_end(shop: Shop) -> None:
    level = {"quantity": 0, "locale": "sv-SE", "updatedOn": "2023-12-07T12:21:28.123456+01:00"}
    levels = [level | {"sku": f"{n:05}{'é' * 95}", "externalId": "é" * 100} for n in range(10_000)]
    content = json.dumps(levels).encode()
    assert MOST_BYTES < len(content) < MOST_BYTES_OF_LEVELS
    reply = await shop.http.put(LEVELS, content=content, headers=headers(shop))
    assert (reply.status_code, reply.json()["received"]) == (202, 10_000)
    for path in (LEVELS, f"{V3}/purchases"):
        sent: list[int] = []
        body = endless(b" " * 65_536, 10 * MOST_BYTES_OF_LEVELS, sent)
        method = "PUT" if path == LEVELS else "POST"
        reply = await shop.http.request(method, path, content=body, headers=headers(shop))
        problem(reply, 413)
        assert sum(sent) <= MOST_BYTES_OF_LEVELS + MOST_BYTES


async def test_a_feed_may_be_longer_than_any_other_body(shop: Shop) -> None:
    feed = b"id\ttitle\tprice\tavailability\nA\tPot\t1 SEK\tin stock\n" + b"\n" * (2 * MOST_BYTES)
    path = f"{V3}/product-feeds/sv"
    kind = "text/tab-separated-values"
    reply = await shop.http.put(path, content=feed, headers=headers(shop, kind))
    assert reply.status_code == 201, reply.text


async def test_a_feed_is_as_long_as_its_setting_says(
    shop: Shop, temporal: Any, settings: Settings
) -> None:
    short = settings.model_copy(update={"feed_max_bytes": 100_000})
    app = create_app(Services(shop.store, Engine(temporal), short))
    sent: list[int] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://restock.test"
    ) as http:
        reply = await http.put(
            f"{V3}/product-feeds/sv",
            content=endless(b"\n" * 10_000, 10_000_000, sent),
            headers=headers(shop, "text/tab-separated-values"),
        )
    assert "larger than 100,000 bytes" in problem(reply, 413)["detail"]
    assert sum(sent) <= 200_000


async def test_a_client_that_goes_on_sending_hears_of_it_and_others_are_served(
    shop: Shop, temporal: Any, settings: Settings
) -> None:
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as url, httpx.AsyncClient(base_url=url) as other:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {BASE} HTTP/1.1\r\nHost: x\r\nAuthorization: {shop.key('owner')}\r\n"
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(40):
            writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        await writer.drain()
        assert b" 413 " in await reader.readline()
        assert (await other.get("/healthz")).status_code == 200
        writer.close()
