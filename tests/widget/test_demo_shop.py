"""The demo's shop: a page with the element live, in each of its languages."""

import mailbox
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from console.owner import Owner
from playwright.async_api import Browser, expect
from served import served
from shop import Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.demo_shop import APP_ID, KEY_FILE
from api.services import Services
from api.widget.words import words
from cli.embedded.demo_shop import open_demo_shop
from domain.settings import Settings
from store.bootstrap import MAIN_SITE, ensure_main_site
from store.store import Store
from workflows.engine import Engine


@pytest_asyncio.fixture
async def demo(
    shop: Shop, temporal: Client, settings: Settings, tmp_path: Path
) -> AsyncIterator[str]:
    mailbox.Maildir(tmp_path / "mailbox")
    (tmp_path / KEY_FILE).write_text(shop.key("storefront"))
    changes = {"mailbox_dir": tmp_path / "mailbox", "data_dir": tmp_path}
    app = create_app(Services(shop.store, Engine(temporal), settings.model_copy(update=changes)))
    async with served(app) as url:
        yield url


@pytest.mark.parametrize("runs_scripts", [True, False])
@pytest.mark.parametrize("language", ["en", "he"])
async def test_a_visitor_asks_for_an_orchid(
    browser: Browser, demo: str, shop: Shop, language: str, runs_scripts: bool
) -> None:
    say, email = words()[language], address()
    page = await browser.new_page(base_url=demo, java_script_enabled=runs_scripts)
    await page.goto("/demo/shop")
    await page.get_by_role("link", name={"en": "English", "he": "עברית"}[language]).click()
    orchid = page.locator("#moon-orchid")
    await orchid.get_by_role("textbox").fill(email)
    if runs_scripts:
        await expect(page.locator("restock-notify:defined")).to_have_count(3)
        await page.wait_for_timeout(1100)
    await orchid.get_by_role("button").click()
    await expect(page.get_by_text(say["done"])).to_be_visible()
    query = "SELECT catalog_item_id, locale FROM requests WHERE site = $1 AND email = $2"
    made = await shop.store.pool.fetchrow(query, shop.site, email)
    assert tuple(made) == ("moon-orchid", language)
    await page.close()


async def test_it_looks_right_and_everybody_can_use_it(browser: Browser, demo: str) -> None:
    page = await browser.new_page(base_url=demo, viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    owner = Owner(page, None, "", [])  # type: ignore[arg-type]
    for language in ("en", "he"):
        await page.goto(f"/demo/shop?lang={language}")
        await expect(page.get_by_role("textbox")).to_have_count(3)
        assert complaints == []
        await owner.screenshot(f"demo-shop-{language}")
        await owner.has_no_violations()
        complaints.clear()
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 360, "height": 740})
    await owner.screenshot("demo-shop-phone-dark")
    await page.close()


async def test_without_the_embedded_mailbox_there_is_none(http: httpx.AsyncClient) -> None:
    assert (await http.get("/demo/shop")).status_code == 404


async def test_its_key_is_made_once_and_collecting_stays_as_the_owner_wants_it(
    store: Store, postgres_dsn: str, tmp_path: Path
) -> None:
    await ensure_main_site(postgres_dsn, "key-owner-of-main")
    await open_demo_shop(postgres_dsn, tmp_path)
    key = (tmp_path / KEY_FILE).read_text().strip()
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    found = await store.sites.find_key(key)
    assert found
    assert (found.site, found.scope) == (MAIN_SITE, "storefront")
    assert await store.sites.is_collecting(MAIN_SITE, APP_ID)
    await store.sites.set_collecting(MAIN_SITE, APP_ID, False)
    await open_demo_shop(postgres_dsn, tmp_path)
    assert (tmp_path / KEY_FILE).read_text().strip() == key
    assert not await store.sites.is_collecting(MAIN_SITE, APP_ID)
