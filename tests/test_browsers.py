"""What browsers are told: which pages may call, and what a reply may do."""

import mailbox
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import served
from shop import BASE, Shop
from shoppers import address
from temporalio.client import Client
from voyado import SUBSCRIPTIONS, V3

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine

SHOP, OTHER = "https://shop.example", "https://shop.example.evil.test"
CREATES = (BASE, BASE.removeprefix("/back-in-stock-service"), V3 + SUBSCRIPTIONS)
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def browser(shop: Shop, temporal: Client, settings: Settings) -> Serve:
    """A client of an API with some settings."""

    @asynccontextmanager
    async def serve(broken: bool = False, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
        nothing: Any = None
        store, engine = (nothing, nothing) if broken else (shop.store, Engine(temporal))
        app = create_app(Services(store, engine, settings.model_copy(update=given)))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield client

    return serve


def preflight(origin: str, method: str = "POST", headers: str = "") -> dict[str, str]:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return asked | ({"Access-Control-Request-Headers": headers} if headers else {})


@pytest.mark.parametrize("path", CREATES)
async def test_a_listed_page_may_ask_to_make_requests(browser: Serve, path: str) -> None:
    async with browser(shop_origins=(SHOP,)) as client:
        headers = "authorization, apikey, content-type, idempotency-key"
        reply = await client.options(path, headers=preflight(SHOP, headers=headers))
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == SHOP
    assert reply.headers["Access-Control-Allow-Methods"] == "POST, PUT"
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Origin" in reply.headers["Vary"]


@pytest.mark.parametrize(
    "asked",
    [
        preflight(OTHER),
        preflight("null"),
        preflight("http://shop.example"),
        preflight(f"{SHOP}:8443"),
        preflight(SHOP, "DELETE"),
        preflight(SHOP, "GET"),
        preflight(SHOP, headers="x-other"),
    ],
)
async def test_anything_else_is_not_allowed(browser: Serve, asked: dict[str, str]) -> None:
    async with browser(shop_origins=(SHOP,)) as client:
        reply = await client.options(BASE, headers=asked)
    assert reply.status_code == 400
    assert reply.headers.get("Access-Control-Allow-Origin") in (None, SHOP)
    if asked["Origin"] != SHOP:
        assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize(("origin", "allowed"), [(SHOP, SHOP), (OTHER, None)])
async def test_answers_and_errors_are_shown_to_listed_pages_alone(
    browser: Serve, shop: Shop, origin: str, allowed: str | None
) -> None:
    limit = {"storefront_limit_per_client": "1/hour"}
    headers = {"Origin": origin, "Authorization": shop.key("storefront")}
    async with browser(shop_origins=(SHOP,), **limit) as client:
        calls = (
            (200, BASE, shop.new_request(address()), headers),
            (429, BASE, shop.new_request(address()), headers),
            (400, BASE, {"bad": 1}, headers),
            (403, f"{BASE}/query", {}, headers),
            (401, BASE, {}, {"Origin": origin}),
            (404, "/nowhere", {}, headers),
        )
        replies = [
            (status, await client.post(path, json=body, headers=sent))
            for status, path, body, sent in calls
        ]
    async with browser(broken=True, shop_origins=(SHOP,)) as client:
        replies.append((500, await client.post(BASE, json={}, headers=headers)))
    for status, reply in replies:
        assert reply.status_code == status, reply.text
        assert reply.headers.get("Access-Control-Allow-Origin") == allowed, status
        assert "Origin" in reply.headers["Vary"]
    shown = replies[1][1].headers["Access-Control-Expose-Headers"]
    assert {"Retry-After", "X-Wix-Request-Id"} <= set(shown.split(", "))


async def test_without_the_setting_no_page_may_call(browser: Serve, shop: Shop) -> None:
    headers = {"Origin": SHOP, "Authorization": shop.key("storefront")}
    async with browser() as client:
        asked = await client.options(BASE, headers=preflight(SHOP))
        made = await client.post(BASE, json=shop.new_request(address()), headers=headers)
    for reply in (asked, made):
        assert not [name for name in reply.headers if name.startswith("access-control")]
    assert asked.status_code == 405


@pytest.fixture
def caught_mail(tmp_path: Path) -> Path:
    """A mailbox without mails."""
    folder = tmp_path / "mailbox"
    mailbox.Maildir(folder)
    return folder


PATHS = ("/v1/policy", "/healthz", "/docs", "/openapi.json", "/mailbox", "/nowhere", BASE)


@pytest.mark.parametrize("path", PATHS)
async def test_every_reply_says_what_it_may_do(
    browser: Serve, shop: Shop, caught_mail: Path, path: str
) -> None:
    async with browser(shop_origins=(SHOP,), mailbox_dir=caught_mail) as client:
        replies = [
            await client.request(method, path, headers=headers)
            for method in ("GET", "POST", "PATCH", "TRACE")
            for headers in ({}, {"Authorization": shop.key("owner")})
        ]
        replies.append(await client.options(path, headers=preflight(SHOP)))
    async with browser(broken=True) as client:
        replies.append(await client.get("/v1/policy", headers={"Authorization": "any"}))
        assert replies[-1].status_code == 500
    for reply in replies:
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "Strict-Transport-Security" not in reply.headers
        assert "Server" not in reply.headers
        kept = path in ("/docs", "/openapi.json")
        assert kept or reply.headers["Cache-Control"] == "no-store"


async def test_only_pages_run_scripts_and_none_that_is_written_into_them(
    browser: Serve, caught_mail: Path
) -> None:
    of_pages = ("/docs", "/openapi.json", "/mailbox", "/console")
    async with browser(mailbox_dir=caught_mail) as client:
        for path in (*PATHS, "/mailbox/nothing", "/console/sign-in", "/console/nothing"):
            policy = (await client.get(path)).headers["Content-Security-Policy"]
            directives = dict(each.split(" ", 1) for each in policy.split("; "))
            assert ("script-src" in directives) is path.startswith(of_pages)
            assert "unsafe" not in directives.get("script-src", "")


async def test_the_reference_runs_what_it_is_made_of_and_nothing_else(browser: Serve) -> None:
    async with browser() as client:
        page = await client.get("/docs")
        parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(parts) == 3
        for part in parts:
            assert part.startswith("/"), part
            assert (await client.get(part)).status_code == 200, part
    scripts = page.headers["Content-Security-Policy"].split("script-src ")[1].split(";")[0]
    assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/]{43}='", scripts)
    assert page.text.count("<script") == 2


async def test_https_is_asked_for_where_the_api_is_reached_by_it(browser: Serve) -> None:
    async with browser(public_url="https://restock.shop.example") as client:
        reply = await client.get("/healthz")
    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_the_server_does_not_say_what_it_is(
    shop: Shop, temporal: Client, settings: Settings
) -> None:
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        replies = [await client.get(path) for path in ("/healthz", "/nowhere")]
    assert not [reply for reply in replies if "Server" in reply.headers]
