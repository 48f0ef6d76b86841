"""Product feeds in a test: what a shop's plugin writes, the server it lies on, and its owner."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import httpx
from fastapi import FastAPI, Request, Response
from served import served
from shop import Shop
from shoppers import address
from temporalio.client import Client

from domain.feeds import FeedOutcome, Trouble
from domain.ids import feed_workflow_id
from domain.locales import locale_key
from domain.products import Product
from store.products import Reading

FEEDS = "/api/v3/product-feeds"
RSS, TSV = "application/rss+xml", "text/tab-separated-values"
_PATIENCE = 60.0
_NAMESPACE = "http://base.google.com/ns/1.0"

Items = dict[str, dict[str, str]]


def item(availability: str = "in_stock", **more: str) -> dict[str, str]:
    """The attributes of an item, but for its id."""
    return {"title": "Blue Orchid", "price": "75.00 SEK", "availability": availability, **more}


def items(*skus: str, availability: str = "in_stock") -> Items:
    return {sku: item(availability) for sku in skus}


def rss(content: Items | Iterable[tuple[str, dict[str, str]]]) -> bytes:
    """An RSS 2.0 feed of the items; pairs may give an id twice."""
    written = "".join(f"<item>{_tags(sku, one)}</item>" for sku, one in _pairs(content))
    return f'<rss version="2.0" xmlns:g="{_NAMESPACE}"><channel>{written}</channel></rss>'.encode()


def atom(content: Items) -> bytes:
    written = "".join(f"<entry>{_tags(sku, one)}</entry>" for sku, one in _pairs(content))
    space = f'xmlns="http://www.w3.org/2005/Atom" xmlns:g="{_NAMESPACE}"'
    return f"<feed {space}>{written}</feed>".encode()


def tsv(content: Items) -> bytes:
    names = list(dict.fromkeys(name for one in content.values() for name in one))
    rows = [
        ["id", *names],
        *([sku, *(one[name] for name in names)] for sku, one in content.items()),
    ]
    return "\n".join("\t".join(row) for row in rows).encode()


def _pairs(
    content: Items | Iterable[tuple[str, dict[str, str]]],
) -> list[tuple[str, dict[str, str]]]:
    return list(content.items() if isinstance(content, dict) else content)


def _tags(sku: str, one: dict[str, str]) -> str:
    named = {"id": sku, **one}
    return "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in named.items())


@dataclass
class FeedServer:
    """A shop's server: serves `content`, answers `status`, and waits at a closed `gate`.

    `asked` has the headers of every request, in their order.
    """

    url: str = ""
    content: bytes = b""
    etag: str = ""
    status: int = 200
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Any] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.headers)
        content, status, etag = self.content, self.status, self.etag
        await self.gate.wait()
        if etag and request.headers.get("If-None-Match") == etag:
            return Response(status_code=304)
        headers = {"ETag": etag} if etag else {}
        return Response(content, status, headers=headers, media_type="application/xml")


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    server, app = FeedServer(), FastAPI()
    server.gate.set()
    app.get("/{path:path}")(server.answer)
    async with served(app) as address:
        server.url = f"{address}/feed.xml"
        yield server


@dataclass(frozen=True)
class FeedOwner:
    """The owner of a shop, with a product feed."""

    shop: Shop
    temporal: Client
    locale: str = "sv-SE"

    @property
    def path(self) -> str:
        return f"{FEEDS}/{self.locale}"

    async def put_url(self, url: str) -> httpx.Response:
        return await self.shop.call("PUT", self.path, {"url": url})

    async def put(
        self, content: bytes | AsyncIterator[bytes], kind: str = RSS, **params: Any
    ) -> httpx.Response:
        headers = {"Content-Type": kind}
        return await self.shop.call(
            "PUT", self.path, content=content, headers=headers, params=params
        )

    async def upload(self, content: bytes, kind: str = RSS, **params: Any) -> str:
        """Upload a feed; returns what its reading came to."""
        reply = await self.put(content, kind, **params)
        assert reply.status_code in (200, 201), reply.text
        return await self.was_read()

    async def refresh(self, **params: Any) -> str:
        """Have the feed read from its URL; returns what that came to."""
        reply = await self.shop.call("POST", f"{self.path}/refresh", params=params)
        assert reply.status_code == 202, reply.text
        return await self.was_read()

    async def was_read(self) -> str:
        workflow_id = feed_workflow_id(self.shop.site, locale_key(self.locale))
        async with asyncio.timeout(_PATIENCE):
            return str(await self.temporal.get_workflow_handle(workflow_id).result())

    async def feed(self) -> dict[str, Any]:
        reply = await self.shop.call("GET", self.path)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def products(self) -> dict[str, Any]:
        """The stored products, by sku."""
        sql = "SELECT * FROM products WHERE site = $1 AND locale = $2"
        rows = await self.shop.store.pool.fetch(sql, self.shop.site, locale_key(self.locale))
        return {row["sku"]: row for row in rows}

    async def inbox(self) -> list[str]:
        reply = await self.shop.call("GET", "/v1/inbox", params={"limit": 100})
        return [line["text"] for line in reply.json()["lines"]]

    async def take_over(self, products: list[Product]) -> FeedOutcome | Trouble:
        """What taking over a reading comes to, with nothing done about it afterwards."""
        store = self.shop.store
        feed = await store.feeds.get(self.shop.site, self.locale)
        assert feed
        async with store.products.importing(feed) as gathering:
            await gathering.add(products)
            return await gathering.take_over(Reading(), accept_shrink=False)


async def owner_of_four(shop: Shop, temporal: Client, server: FeedServer) -> FeedOwner:
    """The owner of a feed of four items, which was read once; with an address of their own."""
    await shop.store.sites.change(shop.site, owner_email=address("owner"))
    owner = FeedOwner(shop, temporal)
    server.content, server.etag = rss(items("a", "b", "c", "d")), '"four"'
    await owner.put_url(server.url)
    assert await owner.was_read() == "4 items, 4 in stock"
    return owner
