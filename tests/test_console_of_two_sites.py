"""In the console of one shop nothing of another exists, nor anything where nobody is signed in."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from console.browserless import Browserless, text_of
from fastapi import FastAPI
from shop import Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.bulk import BulkAction, NewBulk
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine


@pytest.fixture(scope="module")
def app(store: Store, temporal: Client, settings: Settings) -> FastAPI:
    return create_app(Services(store, Engine(temporal), settings))


@pytest_asyncio.fixture
async def owner(app: FastAPI, shop: Shop) -> AsyncIterator[Browserless]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
        yield await Browserless.sign_in(http, shop)


async def things(shop: Shop) -> tuple[str, str, str, str]:
    """A request of another shop, its shopper, a change of many, and the shopper's address."""
    email = address("theirs")
    request = await shop.row(await shop.ask(email))
    wanted = NewBulk(action=BulkAction.MARK, filter={}, expected=1)
    bulk = await shop.store.bulks.add(shop.site, wanted)
    return str(request.id), str(request.contact_id), str(bulk.bulk_id), email


async def answers(owner: Browserless, request: str, contact: str, bulk: str) -> list[tuple]:  # type: ignore[type-arg]
    message = {"subject": "Hello", "text": "You"}
    replies = [
        await owner.get(f"/requests/{request}"),
        await owner.get(f"/requests/{request}/now"),
        await owner.get(f"/requests/{request}/delete"),
        await owner.get(f"/requests/bulk/{bulk}"),
        await owner.get(f"/requests/bulk/{bulk}/progress"),
        await owner.get(f"/inbox/{contact}"),
        await owner.post(f"/requests/{request}/mark"),
        await owner.post(f"/requests/{request}/announce"),
        await owner.post(f"/requests/{request}/retry"),
        await owner.post(f"/requests/{request}/address", email="new@example.com"),
        await owner.post(f"/requests/{request}/delete"),
        await owner.post(f"/inbox/{contact}", **message),
        await owner.post("/requests/bulk/confirm", action="delete", ids=request),
        await owner.post("/requests/bulk", action="delete", ids=request),
    ]
    return [(reply.status_code, text_of(reply)) for reply in replies]


async def test_what_another_shop_has_is_answered_as_what_nobody_has(
    owner: Browserless, other_shop: Shop
) -> None:
    request, contact, bulk, email = await things(other_shop)
    nobody = await answers(owner, str(uuid4()), str(uuid4()), str(uuid4()))
    assert await answers(owner, request, contact, bulk) == nobody
    assert {status for status, _ in nobody} == {404, 200, 303}
    listed = text_of(await owner.get("/requests", address=email))
    exported = (await owner.get("/requests/export.csv")).text
    inbox = text_of(await owner.get("/inbox"))
    assert email not in listed.replace(f"address={email}", "")
    assert email not in exported + inbox
    assert (await other_shop.get(request))["status"] == "RECEIVED"


async def test_a_cursor_of_another_shop_is_no_cursor(owner: Browserless, other_shop: Shop) -> None:
    reply = await owner.get("/requests", cursor="x" * 60)
    assert reply.status_code == 400


async def test_who_is_not_signed_in_is_asked_to(app: FastAPI, shop: Shop) -> None:
    request = await shop.ask(address())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
        for path in ("", "/export.csv", f"/{request}"):
            reply = await http.get(f"/console/requests{path}")
            assert reply.status_code in (303, 401)
        for path in ("mark", "retry", "delete"):
            reply = await http.post(f"/console/requests/{request}/{path}")
            assert reply.status_code in (303, 401)
    assert (await shop.get(request))["status"] == "RECEIVED"
