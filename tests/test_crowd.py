"""A hundred clients at once are all served."""

import asyncio
from typing import Any

import httpx
from served import served
from shop import Shop

from api.app import create_app
from api.services import Services
from benchmarks.crowd import crowd
from benchmarks.parts import APP
from domain.settings import Settings
from workflows.engine import Engine


async def test_a_hundred_clients_at_once_get_no_error(
    shop: Shop, temporal: Any, settings: Settings
) -> None:
    """Each makes its three calls at least once: more than there are connections to Postgres."""
    collecting = {"appId": APP}
    path = "/v1/back-in-stock-notification-requests/settings/start-collecting"
    await shop.call("POST", path, collecting)
    app = create_app(Services(shop.store, Engine(temporal), settings))
    headers = {"Authorization": shop.key("owner")}
    limits = httpx.Limits(max_connections=100)
    async with (
        served(app) as address,
        httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=120) as http,
    ):
        seen = await crowd(http, "crowd", clients=100, seconds=1.0)
    assert seen.errors == []
    assert len(seen.calls) >= 300


async def test_a_client_finds_its_connection_open_after_a_pause(
    shop: Shop, temporal: Any, settings: Settings
) -> None:
    """Clients keep one for five seconds or more; the server must not be the first to close it."""
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as address:
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for pause in (0.0, 6.0):
            await asyncio.sleep(pause)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            await reader.readexactly(len(b'{"status":"ok"}'))
        writer.close()
