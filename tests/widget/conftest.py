"""A shop's page on an origin of its own, and a browser at it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from console.chromium import launched
from playwright.async_api import Browser, Request, async_playwright
from served import served
from shop import Shop
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import Store
from widget.shop_page import ShopPage, Shopper
from workflows.engine import Engine


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launched(playwright)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture
async def site(store: Store, temporal: Client, settings: Settings) -> AsyncIterator[ShopPage]:
    """A shop's page, which the API lists."""
    page = ShopPage()
    async with served(page.app()) as origin:
        listed = settings.model_copy(
            update={"shop_origins": (origin,), "storefront_limit_per_address": "2/hour"}
        )
        async with served(create_app(Services(store, Engine(temporal), listed))) as api:
            page.api, page.origin = api, origin
            yield page


async def at_page(browser: Browser, shop: Shop, site: ShopPage, runs_scripts: bool) -> Shopper:
    context = await browser.new_context(
        viewport={"width": 1000, "height": 700}, java_script_enabled=runs_scripts, locale="en-GB"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    shopper = Shopper(shop, context, page, site, f"{site.origin}/blue-orchid", complaints)

    def note(call: Request) -> None:
        if call.url.startswith(f"{site.api}/v1/") and call.method == "POST":
            shopper.calls.append(call)

    page.on("request", note)
    return shopper


@pytest_asyncio.fixture
async def shopper(browser: Browser, shop: Shop, site: ShopPage) -> AsyncIterator[Shopper]:
    arrived = await at_page(browser, shop, site, runs_scripts=True)
    yield arrived
    await arrived.context.close()


@pytest_asyncio.fixture
async def scriptless(browser: Browser, shop: Shop, site: ShopPage) -> AsyncIterator[Shopper]:
    """A shopper whose browser runs no scripts."""
    arrived = await at_page(browser, shop, site, runs_scripts=False)
    yield arrived
    await arrived.context.close()
