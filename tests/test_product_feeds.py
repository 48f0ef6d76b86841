"""The API of product feeds: what is taken, what is refused, and what is shown."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from feed_shop import FEEDS, RSS, FeedOwner, FeedServer, feed_server, items, rss
from served import served
from shop import Shop, eventually
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine


@pytest.fixture
def owner(shop: Shop, temporal: Client) -> FeedOwner:
    return FeedOwner(shop, temporal)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


def owner_of(shop: Shop, temporal: Client, settings: Settings) -> FeedOwner:
    """The owner of the shop, with an API that has other settings."""
    app = create_app(Services(shop.store, Engine(temporal), settings))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://restock.test")
    return FeedOwner(Shop(shop.site, http, shop.store), temporal)


def wrong_fields(reply: httpx.Response) -> list[tuple[str, str]]:
    assert reply.headers["Content-Type"] == "application/problem+json"
    return [(error["field"], error["rule"]) for error in reply.json()["errors"]]


async def test_a_feed_is_made_read_and_shown(owner: FeedOwner, server: FeedServer) -> None:
    server.content = rss(items("a") | items("b", availability="out_of_stock"))
    made = await owner.put_url(server.url)
    assert (made.status_code, made.headers["Location"]) == (201, owner.path)
    assert made.json() == {
        "locale": "sv-SE",
        "url": server.url,
        "state": "pending",
        "trouble": "",
        "items": 0,
        "inStock": 0,
        "skipped": 0,
        "problems": [],
        "checkedOn": None,
        "importedOn": None,
    }
    assert await owner.was_read() == "2 items, 1 in stock"
    feed = await owner.feed()
    assert (feed["state"], feed["items"], feed["inStock"]) == ("ok", 2, 1)
    assert feed["checkedOn"] == feed["importedOn"]
    assert feed["importedOn"].endswith("+00:00")


async def test_a_feed_that_is_there_is_changed(owner: FeedOwner, server: FeedServer) -> None:
    server.content = rss(items("a"))
    assert (await owner.put_url(server.url)).status_code == 201
    await owner.was_read()
    again = await owner.put_url(server.url)
    assert (again.status_code, again.json()["state"]) == (200, "ok")
    other = await owner.put_url(f"{server.url}?other")
    assert (other.status_code, other.json()["state"]) == (200, "pending")
    assert other.json()["items"] == 1


async def test_the_case_of_a_locales_letters_does_not_matter(
    owner: FeedOwner, shop: Shop, temporal: Client
) -> None:
    await owner.upload(rss(items("a")))
    other = FeedOwner(shop, temporal, "SV_se")
    assert await other.upload(rss(items("a", "b"))) == "2 items, 2 in stock; 1 turned in stock"
    listed = (await shop.call("GET", FEEDS)).json()["data"]
    assert [(feed["locale"], feed["items"]) for feed in listed] == [("SV_se", 2)]


async def test_a_password_is_shown_to_nobody(owner: FeedOwner, server: FeedServer) -> None:
    server.content = rss(items("a"))
    url = server.url.replace("http://", "http://kim:s3cret@")
    made = await owner.put_url(url)
    await owner.was_read()
    assert server.asked[0]["Authorization"].startswith("Basic ")
    shown = [made, *[await owner.shop.call("GET", path) for path in (owner.path, FEEDS)]]
    for reply in shown:
        assert "kim:***@" in reply.text
        assert "s3cret" not in reply.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"url": None},
        {"url": ""},
        {"url": "shop.example/feed"},
        {"url": "ftp://shop.example/feed"},
        {"url": "http://"},
        {"url": "https://shop.example/feed#part"},
        {"url": "https://shop.example/" + "x" * 2000},
    ],
)
async def test_a_wrong_url_is_refused_and_named(owner: FeedOwner, body: Any) -> None:
    reply = await owner.shop.call("PUT", owner.path, body)
    assert reply.status_code == 400
    assert [field for field, _ in wrong_fields(reply)] in (["url"], [""])
    assert (await owner.shop.call("GET", owner.path)).status_code == 404


async def test_malformed_json_is_refused(owner: FeedOwner) -> None:
    reply = await owner.put(b'{"url": ', kind="application/json; charset=utf-8")
    assert (reply.status_code, wrong_fields(reply)) == (400, [("", "FORMAT")])
    assert (await owner.put(b" " * 20_000, kind="application/json")).status_code == 413


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0"]
)
async def test_an_address_of_a_private_network_is_refused(
    shop: Shop, temporal: Client, settings: Settings, host: str
) -> None:
    careful = settings.model_copy(update={"allow_private_urls": False})
    reply = await owner_of(shop, temporal, careful).put_url(f"http://{host}:8080/feed")
    assert (reply.status_code, wrong_fields(reply)) == (400, [("url", "PRIVATE_ADDRESS")])
    assert "RESTOCK_ALLOW_PRIVATE_URLS" in reply.json()["detail"]


@pytest.mark.parametrize(
    "locale", ["s", "svenska", "sv-", "sv--SE", "sv SE", "1v", "sv-" + "x" * 9]
)
async def test_what_is_no_locale_is_refused(shop: Shop, locale: str) -> None:
    for method, path in (
        ("PUT", f"{FEEDS}/{locale}"),
        ("GET", f"{FEEDS}/{locale}"),
        ("DELETE", f"{FEEDS}/{locale}"),
        ("POST", f"{FEEDS}/{locale}/refresh"),
    ):
        reply = await shop.call(method, path, {"url": "https://shop.example/feed"})
        assert (reply.status_code, wrong_fields(reply)) == (400, [("locale", "FORMAT")])


@pytest.mark.parametrize("kind", ["image/png", "multipart/form-data; boundary=x", "text/html", ""])
async def test_a_body_of_another_kind_is_refused(owner: FeedOwner, kind: str) -> None:
    reply = await owner.put(rss(items("a")), kind=kind)
    assert (reply.status_code, wrong_fields(reply)) == (415, [])
    assert "application/rss+xml" in reply.json()["detail"]


async def test_a_feed_that_is_not_there_is_not_found(owner: FeedOwner) -> None:
    for method, path in (
        ("GET", owner.path),
        ("DELETE", owner.path),
        ("POST", f"{owner.path}/refresh"),
    ):
        reply = await owner.shop.call(method, path)
        assert reply.status_code == 404
        assert reply.json()["type"] == "urn:restock:problem:product-feed-not-found"


async def test_an_uploaded_feed_cannot_be_refreshed(owner: FeedOwner) -> None:
    await owner.upload(rss(items("a")))
    reply = await owner.shop.call("POST", f"{owner.path}/refresh")
    assert reply.status_code == 409
    assert (await owner.feed())["url"] is None


async def test_an_inventory_key_refreshes_and_does_nothing_else(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.content = rss(items("a"))
    await owner.put_url(server.url)
    path = f"{owner.path}/refresh"
    refreshed = await owner.shop.call("POST", path, scope="inventory")
    assert (refreshed.status_code, refreshed.json()["locale"]) == (202, "sv-SE")
    assert (await owner.shop.call("GET", owner.path, scope="inventory")).status_code == 403


async def test_a_deleted_feed_takes_its_products_along(owner: FeedOwner) -> None:
    await owner.upload(rss(items("a")))
    assert list(await owner.products()) == ["a"]
    deleted = await owner.shop.call("DELETE", owner.path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert await owner.products() == {}
    assert (await owner.shop.call("DELETE", owner.path)).status_code == 404


async def test_another_sites_feeds_do_not_exist(
    owner: FeedOwner, other_shop: Shop, temporal: Client
) -> None:
    await owner.upload(rss(items("a")))
    stranger = FeedOwner(other_shop, temporal)
    assert (await other_shop.call("GET", FEEDS)).json() == {"data": []}
    assert (await other_shop.call("GET", owner.path)).status_code == 404
    assert (await other_shop.call("DELETE", owner.path)).status_code == 404
    assert await stranger.upload(rss(items("b", "c"))) == "2 items, 2 in stock"
    assert list(await owner.products()) == ["a"]


async def left_over(shop: Shop) -> int:
    """How many parts of uploads are kept that no feed points to."""
    sql = """SELECT count(*) FROM feed_uploads u
             WHERE NOT EXISTS (SELECT FROM product_feeds f WHERE f.upload_id = u.upload_id)"""
    return int(await shop.store.pool.fetchval(sql))


async def test_an_upload_over_the_limit_changes_nothing(
    owner: FeedOwner, shop: Shop, temporal: Client, settings: Settings
) -> None:
    await owner.upload(rss(items("a")))
    narrow = owner_of(shop, temporal, settings.model_copy(update={"feed_max_bytes": 2_500_000}))

    async def too_much() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    reply = await narrow.put(too_much())
    assert reply.status_code == 413
    assert "2,500,000 bytes" in reply.json()["detail"]
    assert ((await owner.feed())["state"], await left_over(shop)) == ("ok", 0)


async def test_an_upload_that_breaks_off_changes_nothing(
    owner: FeedOwner, shop: Shop, temporal: Client, settings: Settings
) -> None:
    await owner.upload(rss(items("a")))
    before = await owner.feed()
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"PUT {owner.path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9000000\r\n"
        head += f"Content-Type: {RSS}\r\nAuthorization: {shop.key('owner')}\r\n\r\n"
        writer.write(head.encode() + b"x" * 2_500_000)
        await eventually(partial(left_over, shop), "the first parts")
        writer.close()

        async def nothing_is_left() -> bool:
            return await left_over(shop) == 0

        await eventually(nothing_is_left, "the parts to go")
    assert await owner.feed() == before


async def test_an_upload_of_many_parts_is_read_in_their_order(owner: FeedOwner) -> None:
    many = items(*(f"sku-{number}" for number in range(16_000)))
    content = rss(many)
    assert len(content) > 2_000_000
    assert await owner.upload(content) == "16,000 items, 16,000 in stock"
    assert set(await owner.products()) == set(many)


async def test_both_kinds_of_body_are_documented(shop: Shop) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    body = document["paths"][f"{FEEDS}/{{locale}}"]["put"]["requestBody"]["content"]
    assert body["application/json"]["example"]["url"].startswith("https://")
    assert "<g:id>" in body[RSS]["example"]
    assert "\t" in body["text/tab-separated-values"]["example"]


async def test_the_documented_bodies_are_taken(owner: FeedOwner) -> None:
    document = (await owner.shop.http.get("/openapi.json")).json()
    body = document["paths"][f"{FEEDS}/{{locale}}"]["put"]["requestBody"]["content"]
    for kind, described in body.items():
        if kind != "application/json" and "example" in described:
            assert await owner.upload(described["example"].encode(), kind) == "1 item, 1 in stock"
