"""Request lines of 32 KiB, as a count of 100 items by GET needs them."""

import asyncio
from urllib.parse import urlsplit

from served import served
from shop import BASE, Shop

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine


async def status_of(address: str, target: str, key: str) -> int:
    """The status of a GET whose request line arrives in two pieces."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
    line = f"GET {target} HTTP/1.1\r\n".encode()
    rest = f"Host: restock.test\r\nAuthorization: {key}\r\nConnection: close\r\n\r\n".encode()
    writer.write(line[:-1000])
    await writer.drain()
    # Until the server has read the first piece and waits for the second.
    await asyncio.sleep(0.2)
    writer.write(line[-1000:] + rest)
    reply = await reader.read()
    writer.close()
    return int(reply.split()[1])


async def test_a_request_line_of_32_kib_is_read_and_an_endless_one_refused(
    shop: Shop, temporal, settings: Settings
) -> None:
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as address:
        path, key = f"{BASE}?padding=", shop.key("owner")
        long = path + "x" * (32 * 1024 - len(path) - len("GET  HTTP/1.1\r\n"))
        assert await status_of(address, long, key) == 200
        assert await status_of(address, BASE, key) == 200
        assert await status_of(address, path + "x" * 100_000, key) == 400
