"""A served API, a browser, and an owner who is signed in."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from served import served
from shop import Shop
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from console.chromium import launched
from console.owner import Owner
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launched(playwright)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session")
async def address(store: Store, temporal: Client, settings: Settings) -> AsyncIterator[str]:
    """Where the API is served."""
    async with served(create_app(Services(store, Engine(temporal), settings))) as url:
        yield url


@pytest_asyncio.fixture
async def visitor(browser: Browser, shop: Shop, address: str) -> AsyncIterator[Owner]:
    """The owner of a shop, who has not signed in yet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    # Nothing outside of this machine is asked for anything.
    await context.route("**/*", lambda route: route.abort())
    await context.route(f"{address}/**", lambda route: route.continue_())
    page = await context.new_page()
    yield Owner(page, shop, address, _complaints(page))
    await context.close()


@pytest_asyncio.fixture
async def console(visitor: Owner) -> Owner:
    """The owner of a shop, signed in."""
    await visitor.be_signed_in()
    return visitor


def _complaints(page: Page) -> list[str]:
    """What goes wrong in the page, filled as it happens."""
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return trouble
