"""The console without a browser: pages are read, forms are sent as a browser sends them."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote

import httpx
from shop import Shop


@dataclass(frozen=True)
class Browserless:
    """The owner of a shop, signed in, with cookies of their own."""

    http: httpx.AsyncClient
    csrf: str

    @classmethod
    async def sign_in(cls, http: httpx.AsyncClient, shop: Shop) -> "Browserless":
        await http.post("/console/sign-in", data={"key": shop.key("owner")})
        page = await http.get("/console/health")
        found = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert found, page.text
        return cls(http, found[1])

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/console{path}", params=params or None)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        return await self.http.post(f"/console{path}", data={"csrf": self.csrf} | fields)


def notice(reply: httpx.Response) -> str:
    """What the next page will say."""
    return unquote(reply.cookies.get("restock_notice", "").strip('"'))


def text_of(reply: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())
