"""Nobody gets into the console, or makes its owner do something, who is not its owner."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from shop import Shop
from temporalio.client import Client

from api.app import create_app
from api.console.passwords import hashed
from api.services import Services
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine

SIGN_IN = "/console/sign-in"
PUBLIC = {("GET", SIGN_IN), ("POST", SIGN_IN)}
PASSWORD = "correct horse battery"


def console_app(store: Store, temporal: Client, settings: Settings) -> FastAPI:
    return create_app(Services(store, Engine(temporal), settings))


@pytest_asyncio.fixture
async def browser(
    store: Store, temporal: Client, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps its cookies, and counts its own failures."""
    transport = httpx.ASGITransport(
        console_app(store, temporal, settings), client=(f"10.1.2.{uuid4().int % 250}", 1)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as client:
        yield client


async def signed_in(browser: httpx.AsyncClient, shop: Shop, scope: str = "owner") -> httpx.Response:
    return await browser.post(SIGN_IN, data={"key": shop.key(scope)})


async def csrf(browser: httpx.AsyncClient) -> str:
    page = await browser.get("/console/settings")
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found
    return found[1]


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every page and every action of the console."""
    included = [each for each in app.routes if hasattr(each, "effective_route_contexts")]
    found = [
        (method, route.path)
        for each in included
        for route in each.effective_route_contexts()
        if route.path.startswith("/console")
        for method in route.methods
    ]
    assert len(found) > 20
    return found


async def test_every_page_and_action_asks_who_is_there(
    browser: httpx.AsyncClient, store: Store, temporal: Client, settings: Settings, shop: Shop
) -> None:
    found = [each for each in routes(console_app(store, temporal, settings)) if each not in PUBLIC]
    for method, template in found:
        path = re.sub(r"{\w+(:\w+)?}", str(uuid4()), template)
        reply = await browser.request(method, path)
        if method == "GET":
            assert reply.status_code == 303, path
            assert reply.headers["location"].startswith(SIGN_IN), path
        else:
            assert reply.status_code == 401, path


async def test_no_action_is_done_without_the_secret_of_a_form(
    browser: httpx.AsyncClient, store: Store, temporal: Client, settings: Settings, shop: Shop
) -> None:
    await signed_in(browser, shop)
    for method, template in routes(console_app(store, temporal, settings)):
        if method != "POST" or (method, template) in PUBLIC:
            continue
        path = re.sub(r"{\w+(:\w+)?}", str(uuid4()), template)
        for data in ({}, {"csrf": "0" * 64}):
            reply = await browser.post(path, data=data)
            assert reply.status_code == 403, (path, reply.text)
            assert "nothing was changed" in reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_website_is_refused(
    browser: httpx.AsyncClient, shop: Shop, headers: dict[str, str]
) -> None:
    refused = await browser.post(SIGN_IN, data={"key": shop.key("owner")}, headers=headers)
    assert refused.status_code == 403
    await signed_in(browser, shop)
    data = {"csrf": await csrf(browser), "name": "Evil"}
    refused = await browser.post("/console/settings", data=data, headers=headers)
    assert refused.status_code == 403
    assert dict(await shop.store.sites.get(shop.site) or {})["name"] == "Orchid House"


async def test_the_secret_of_one_sign_in_is_none_of_another(
    browser: httpx.AsyncClient, shop: Shop
) -> None:
    await signed_in(browser, shop)
    old = await csrf(browser)
    browser.cookies.clear()
    await signed_in(browser, shop)
    assert await csrf(browser) != old
    refused = await browser.post("/console/settings", data={"csrf": old, "name": "Evil"})
    assert refused.status_code == 403


@pytest.mark.parametrize("scope", ["storefront", "inventory"])
async def test_only_an_owner_key_signs_in(
    browser: httpx.AsyncClient, shop: Shop, scope: str
) -> None:
    refused = await signed_in(browser, shop, scope)
    assert refused.status_code == 401
    assert "This is no owner key" in refused.text
    assert not browser.cookies


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_websites(
    browser: httpx.AsyncClient, shop: Shop, store: Store, temporal: Client, settings: Settings
) -> None:
    cookie = (await signed_in(browser, shop)).headers["set-cookie"].lower()
    for attribute in ("httponly", "samesite=lax", "path=/console"):
        assert attribute in cookie
    assert "secure" not in cookie
    behind_https = settings.model_copy(update={"public_url": "https://shop.example"})
    transport = httpx.ASGITransport(console_app(store, temporal, behind_https))
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as https:
        assert "; secure" in (await signed_in(https, shop)).headers["set-cookie"].lower()


async def test_only_a_digest_of_the_cookie_is_kept(
    browser: httpx.AsyncClient, shop: Shop, store: Store
) -> None:
    await signed_in(browser, shop)
    token = browser.cookies["restock_console"]
    rows = await store.pool.fetch("SELECT * FROM console_sessions WHERE site = $1", shop.site)
    assert len(rows) == 1
    assert token not in str([tuple(row) for row in rows])


async def test_a_revoked_key_ends_what_it_signed_in(
    browser: httpx.AsyncClient, shop: Shop, store: Store
) -> None:
    await signed_in(browser, shop)
    assert (await browser.get("/console/health")).status_code == 200
    key = await store.sites.find_key(shop.key("owner"))
    assert key
    await store.sites.revoke_key(key.id)
    assert (await browser.get("/console/health")).status_code == 303


@pytest.mark.parametrize(("column", "age"), [("seen_date", "13 hours"), ("created_date", "8 days")])
async def test_a_session_ends_by_itself(
    browser: httpx.AsyncClient, shop: Shop, store: Store, column: str, age: str
) -> None:
    await signed_in(browser, shop)
    await store.pool.execute(
        f"UPDATE console_sessions SET {column} = now() - $2::text::interval WHERE site = $1",
        *(shop.site, age),
    )
    assert (await browser.get("/console/health")).status_code == 303


async def test_after_five_wrong_passwords_the_right_one_has_to_wait(
    browser: httpx.AsyncClient, shop: Shop, store: Store
) -> None:
    name = f"Olga {uuid4().hex[:8]}"
    await store.users.add(name, await hashed(PASSWORD), shop.site)
    for number in range(5):
        wrong = await browser.post(SIGN_IN, data={"name": name, "password": f"guess {number}"})
        assert wrong.status_code == 401
        assert "The name or the password is wrong." in wrong.text
    locked = await browser.post(SIGN_IN, data={"name": name, "password": PASSWORD})
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= timedelta(minutes=15).total_seconds()
    assert "Too many attempts" in locked.text
    # Another client still gets in: whoever guesses does not shut the owner out.
    transport = httpx.ASGITransport(browser._transport.app, client=("10.9.9.9", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as home:
        assert (
            await home.post(SIGN_IN, data={"name": name, "password": PASSWORD})
        ).status_code == 303


async def test_guessing_keys_is_slowed_down_too(browser: httpx.AsyncClient, shop: Shop) -> None:
    for _ in range(20):
        wrong = await browser.post(SIGN_IN, data={"key": f"rsk_owner_{uuid4().hex}"})
        assert wrong.status_code == 401
    assert (await signed_in(browser, shop)).status_code == 429


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/console/health", "/console/health"),
        ("/console/settings?item=1", "/console/settings?item=1"),
        ("https://evil.example/console/", "/console/demand"),
        ("//evil.example/console/", "/console/demand"),
        ("/console/\\evil.example", "/console/demand"),
        ("/v1/policy", "/console/demand"),
        ("", "/console/demand"),
    ],
)
async def test_signing_in_leads_on_to_a_page_of_the_console_alone(
    browser: httpx.AsyncClient, shop: Shop, asked: str, led_to: str
) -> None:
    reply = await browser.post(SIGN_IN, data={"key": shop.key("owner"), "to": asked})
    assert reply.headers["location"] == led_to


async def test_a_user_looks_at_their_shops_and_at_no_other(
    browser: httpx.AsyncClient, shop: Shop, other_shop: Shop, store: Store
) -> None:
    name = f"Olga {uuid4().hex[:8]}"
    await store.users.add(name, await hashed(PASSWORD), shop.site)
    await browser.post(SIGN_IN, data={"name": name, "password": PASSWORD})
    switch = {"csrf": await csrf(browser), "site": other_shop.site}
    assert (await browser.post("/console/site", data=switch)).status_code == 403
    user = await store.users.find(name)
    assert user
    await store.users.give_site(user.id, other_shop.site)
    assert (await browser.post("/console/site", data=switch)).status_code == 303
    rows = await store.pool.fetch("SELECT site FROM console_sessions WHERE user_id = $1", user.id)
    assert [row["site"] for row in rows] == [other_shop.site]


async def test_another_shops_key_is_as_one_that_is_not_there(
    browser: httpx.AsyncClient, shop: Shop, other_shop: Shop, store: Store
) -> None:
    await signed_in(browser, shop)
    secret = {"csrf": await csrf(browser)}
    theirs = await store.sites.find_key(other_shop.key("owner"))
    assert theirs
    for action in ("revoke", "rotate"):
        said = []
        for key_id in (theirs.id, uuid4()):
            reply = await browser.post(f"/console/settings/keys/{key_id}/{action}", data=secret)
            said.append((reply.status_code, reply.text.replace(str(key_id), "KEY")))
        assert said[0] == said[1]
        assert said[0][0] == 403
    assert await store.sites.find_key(other_shop.key("owner"))


async def test_pages_are_kept_by_no_cache_and_run_nothing_but_their_own_scripts(
    browser: httpx.AsyncClient, shop: Shop
) -> None:
    await signed_in(browser, shop)
    page = await browser.get("/console/settings")
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    style = re.search(r'href="(/console/static/console.css\?v=\d+)"', page.text)
    assert style
    assert "max-age" in (await browser.get(style[1])).headers["cache-control"]


async def test_what_is_typed_into_a_form_is_shown_as_text(
    browser: httpx.AsyncClient, shop: Shop
) -> None:
    await signed_in(browser, shop)
    evil = '"><script>alert(1)</script>'
    form = {"csrf": await csrf(browser), "name": "Shop", "owner_email": evil}
    page = await browser.post("/console/settings", data=form)
    assert page.status_code == 400
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
