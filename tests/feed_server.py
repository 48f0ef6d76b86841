"""A shop's web server for tests, which can also misbehave, and how to fetch from it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from activities.feeds.errors import FeedError
from activities.feeds.fetch import FetchedFeed, open_feed


@dataclass(frozen=True)
class Asked:
    """A request: its path, and its headers by lower-case name."""

    path: str
    headers: dict[str, str]


@dataclass
class FeedServer:
    """Answers each path with the bytes kept for it, and then closes the connection or waits."""

    answers: dict[str, bytes] = field(default_factory=dict)
    waits: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["FeedServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._over.set()
            server.close()
            await server.wait_closed()

    def url(self, path: str = "/feed.xml", host: str = "127.0.0.1", login: str = "") -> str:
        return f"http://{login}{host}:{self.port}{path}"

    def answer(self, path: str, status: str, body: bytes = b"", **headers: str) -> None:
        """Keep an answer; `Content_Type` is the header `Content-Type`."""
        lines = {"Content_Length": str(len(body))} | headers
        head = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in lines.items())
        self.answers[path] = f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.rstrip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        path = request.split(" ")[1]
        self.asked.append(Asked(path, {name.lower(): text for name, text in headers.items()}))
        writer.write(self.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        if path in self.waits:
            await self._over.wait()
        writer.close()


async def body(fetched: FetchedFeed) -> bytes:
    return b"".join([chunk async for chunk in fetched.chunks()])


async def fetch(url: str, **options: Any) -> bytes:
    async with open_feed(url, **{"allow_private": True} | options) as fetched:
        return await body(fetched)


async def trouble(url: str, **options: Any) -> FeedError:
    with pytest.raises(FeedError) as refused:
        await fetch(url, **options)
    return refused.value
