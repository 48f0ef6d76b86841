"""What the API answers while Temporal is away: nothing is lost."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.converter import data_converter
from workflows.engine import Engine


@pytest_asyncio.fixture
async def cut_off(shop: Shop, settings: Settings) -> AsyncIterator[Shop]:
    """The shop, with an API that cannot reach Temporal."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{unused.getsockname()[1]}"
        engine = Engine(await Client.connect(nobody, lazy=True, data_converter=data_converter))
        transport = httpx.ASGITransport(create_app(Services(shop.store, engine, settings)))
        async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
            yield Shop(shop.site, http, shop.store)


async def test_a_request_is_taken_and_kept_for_the_reconciler(cut_off: Shop) -> None:
    request_id = await cut_off.ask(address())
    waiting = await cut_off.store.requests.not_started(older_than_seconds=0, limit=500)
    assert request_id in {str(request.id) for request in waiting}


async def test_a_deletion_is_done_and_noted_for_the_reconciler(cut_off: Shop) -> None:
    request_id = await cut_off.ask(address())
    reply = await cut_off.call("DELETE", f"{BASE}/{request_id}")
    assert (reply.status_code, reply.json()) == (200, {})
    noted = await cut_off.store.requests.withdrawals(limit=500)
    assert request_id in {str(each) for each in noted}


async def test_a_report_is_refused_so_that_it_is_sent_again(cut_off: Shop) -> None:
    await cut_off.ask(address())
    body = {
        "itemDetails": ORCHID,
        "catalogReference": {"appId": STORES, "catalogItemId": "orchid"},
    }
    reply = await cut_off.call("POST", f"{BASE}/report-items-back-in-stock", body)
    assert reply.status_code == 503
    assert reply.json()["details"]["applicationError"]["code"] == "UNAVAILABLE"


async def test_readiness_says_what_is_missing(cut_off: Shop) -> None:
    reply = await cut_off.http.get("/readyz")
    assert reply.status_code == 503
    assert reply.json() == {
        "status": "unavailable",
        "postgres": "ok",
        "engine": "does not answer",
    }
