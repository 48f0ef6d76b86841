"""Requests of a storefront where a CAPTCHA service is set: whom it lets through."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Form, Response
from pydantic import SecretStr, ValidationError
from restock_up import free_port
from served import served
from shop import BASE, Shop
from shoppers import address
from temporalio.client import Client
from voyado import SUBSCRIPTIONS, V3, contact, problem

from api.app import create_app
from api.captcha import Captcha
from api.services import Services
from domain.settings import PREFIX, Settings, load_settings
from workflows.engine import Engine

SECRET = "the secret"
Serve = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]


class Verifier:
    """Answers as Turnstile, hCaptcha and reCAPTCHA do, or however a test wants it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Response | None = None
        self.url = ""

    async def verify(self, secret: Annotated[str, Form()], response: Annotated[str, Form()]) -> Any:
        self.asked.append({"secret": secret, "response": response})
        if self.answer:
            return self.answer
        return {"success": secret == SECRET and response == "a person", "error-codes": []}


@pytest_asyncio.fixture
async def verifier() -> AsyncIterator[Verifier]:
    made = Verifier()
    app = FastAPI()
    app.add_api_route("/siteverify", made.verify, methods=["POST"], response_model=None)
    async with served(app) as url:
        made.url = f"{url}/siteverify"
        yield made


@pytest.fixture
def api(shop: Shop, temporal: Client, settings: Settings) -> Serve:
    """A client of an API whose captchas are verified at an address."""

    @asynccontextmanager
    async def serve(url: str) -> AsyncIterator[httpx.AsyncClient]:
        changes = {"captcha_url": url, "captcha_secret": SecretStr(SECRET)}
        with_captcha = settings.model_copy(update=changes)
        app = create_app(Services(shop.store, Engine(temporal), with_captcha))
        async with served(app) as address, httpx.AsyncClient(base_url=address) as client:
            yield client

    return serve


async def ask(
    client: httpx.AsyncClient, shop: Shop, token: str | None = None, scope: str = "storefront"
) -> httpx.Response:
    headers = {"Authorization": shop.key(scope)} | ({"Captcha-Token": token} if token else {})
    return await client.post(BASE, json=shop.new_request(address()), headers=headers)


async def made(shop: Shop) -> int:
    count = "SELECT count(*) FROM requests WHERE site = $1"
    return int(await shop.store.pool.fetchval(count, shop.site))


async def test_a_storefront_needs_the_token_of_a_person(
    shop: Shop, api: Serve, verifier: Verifier
) -> None:
    async with api(verifier.url) as client:
        for token in (None, "a program"):
            refused = await ask(client, shop, token)
            assert refused.status_code == 403
            error = refused.json()["details"]["applicationError"]
            assert error["code"] == "CAPTCHA_NEEDED"
        assert await made(shop) == 0
        assert (await ask(client, shop, "a person")).status_code == 200
    # Nothing but what proves it leaves for the service.
    assert verifier.asked == [
        {"secret": SECRET, "response": token} for token in ("a program", "a person")
    ]


async def test_an_owner_needs_none(shop: Shop, api: Serve, verifier: Verifier) -> None:
    async with api(verifier.url) as client:
        assert (await ask(client, shop, scope="owner")).status_code == 200
    assert verifier.asked == []


async def test_the_other_dialect_is_no_way_around_it(
    shop: Shop, api: Serve, verifier: Verifier
) -> None:
    body = {"contactId": await contact(shop), "locale": "sv-se", "sku": "A"}
    headers = {"apikey": shop.key("storefront")}
    async with api(verifier.url) as client:
        refused = await client.post(V3 + SUBSCRIPTIONS, json=body, headers=headers)
        assert problem(refused, 403)["type"] == "urn:restock:problem:captcha-needed"
        headers |= {"Captcha-Token": "a person"}
        assert (await client.post(V3 + SUBSCRIPTIONS, json=body, headers=headers)).is_success


@pytest.mark.parametrize(
    "answer",
    [
        Response("out of order", 500),
        Response("<html>", 200),
        Response("[]", 200, media_type="application/json"),
        Response("{}", 200, media_type="application/json"),
        Response(status_code=302, headers={"Location": "/elsewhere"}),
    ],
    ids=["error", "page", "list", "nothing", "redirect"],
)
async def test_a_service_that_answers_oddly_lets_nobody_through(
    shop: Shop, api: Serve, verifier: Verifier, answer: Response
) -> None:
    verifier.answer = answer
    async with api(verifier.url) as client:
        refused = await ask(client, shop, "a person")
    assert refused.status_code == 503
    assert "captcha" in refused.text
    assert SECRET not in refused.text
    assert await made(shop) == 0


async def test_a_service_that_is_away_lets_nobody_through(shop: Shop, api: Serve) -> None:
    async with api(f"http://127.0.0.1:{free_port()}/siteverify") as client:
        assert (await ask(client, shop, "a person")).status_code == 503
    assert await made(shop) == 0


async def test_a_service_that_is_silent_is_waited_for_only_so_long(
    shop: Shop, api: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.captcha._PATIENCE_SECONDS", 0.2)
    is_over = asyncio.Event()

    async def be_silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(be_silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with api(f"http://127.0.0.1:{port}/") as client:
            assert (await ask(client, shop, "a person")).status_code == 503
        is_over.set()


def test_without_its_secret_nothing_starts() -> None:
    with pytest.raises(ValueError, match="RESTOCK_CAPTCHA_SECRET"):
        Captcha(Settings(captcha_url="https://captcha.example/siteverify"))


@pytest.mark.parametrize("url", ["http://captcha.example/", "captcha.example", "https:///x"])
def test_the_secret_is_sent_by_https_alone(url: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        load_settings({f"{PREFIX}CAPTCHA_URL": url})
