"""The pages for shoppers, in a browser without scripts: in their languages, and on a phone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from shop import Shop
from shoppers import address as new_address
from shoppers import wanted

from console.owner import Owner
from domain.shopper_links import confirmation_url, own_requests_url

SHOP = "Orchid House"


@pytest_asyncio.fixture
async def shopper(browser: Browser, shop: Shop, address: str) -> AsyncIterator[Owner]:
    """Somebody at a page for shoppers; scripts run only for axe."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.route("**/*", lambda route: route.abort())
    await context.route(f"{address}/**", lambda route: route.continue_())
    page = await context.new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    yield Owner(page, shop, address, trouble)
    await context.close()


async def own_page(shopper: Owner, locale: str, *items: str) -> str:
    """Where a shopper sees requests for some items."""
    email, shop = new_address(), shopper.shop
    for name in items:
        asked = wanted(email)
        asked = asked.model_copy(
            update={
                "locale": locale,
                "item": asked.item.model_copy(update={"name": name}),
                "reference": asked.reference.model_copy(update={"catalog_item_id": name}),
            }
        )
        record = await shop.store.requests.create(shop.site, asked)
    key = await shop.store.sites.link_key(shop.site)
    assert key
    return own_requests_url(shopper.address, key, shop.site, record.contact_id)


async def test_a_shopper_ends_one_request_and_asks_again_by_keyboard(shopper: Owner) -> None:
    page = shopper.page
    await page.goto(await own_page(shopper, "en", "Blue Orchid", "White Orchid"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"Your requests at {SHOP}")
    await shopper.has_no_violations()
    await shopper.screenshot("own-requests")
    await page.get_by_role("button", name="End: Blue Orchid").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Ended. You will get no mail about it.")
    await expect(page.get_by_role("button", name="End: Blue Orchid")).to_have_count(0)
    await shopper.has_no_violations()
    await shopper.screenshot("own-requests-ended")
    await page.get_by_role("button", name="Ask again: Blue Orchid").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="End: Blue Orchid")).to_be_visible()


async def test_a_shopper_ends_all_requests(shopper: Owner) -> None:
    page = shopper.page
    await page.goto(await own_page(shopper, "de", "Blaue Orchidee", "Weiße Orchidee"))
    await page.get_by_role("button", name="Alle beenden").click()
    await expect(page.get_by_role("status")).to_contain_text("keine solchen E-Mails mehr")
    await expect(page.get_by_role("button", name="Erneut vormerken")).to_have_count(2)


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "sv", "he"])
async def test_every_language_can_be_read_by_all(shopper: Owner, locale: str) -> None:
    page = shopper.page
    url = await own_page(shopper, locale, "Blue Orchid", "A" * 80)
    await page.goto(url)
    await page.locator("li button").first.click()
    await shopper.has_no_violations()
    await shopper.screenshot(f"own-requests-{locale}")
    assert await page.locator("html").get_attribute("dir") == ("rtl" if locale == "he" else "ltr")


async def test_a_link_that_does_not_work_says_what_to_do(shopper: Owner) -> None:
    url = await own_page(shopper, "en", "Blue Orchid")
    reply = await shopper.page.goto(url[:-1])
    assert reply
    assert (reply.status, urlsplit(url).path[:4]) == (404, "/my/")
    await shopper.sees("This link does not work")
    shopper.trouble.clear()
    await shopper.has_no_violations()


async def confirmation_page(shopper: Owner, locale: str, ago: timedelta = timedelta()) -> str:
    """Where a shopper confirms a request, by a link that was sent a while ago."""
    shop = shopper.shop
    await shop.call("PATCH", "/v1/policy", {"doubleOptIn": True})
    asked = wanted(new_address()).model_copy(update={"locale": locale})
    record = await shop.store.requests.create(shop.site, asked)
    key = await shop.store.sites.link_key(shop.site)
    assert key
    return confirmation_url(shopper.address, key, shop.site, record.id, datetime.now(UTC) - ago)


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "sv", "he"])
async def test_a_shopper_confirms_by_keyboard(shopper: Owner, locale: str) -> None:
    page = shopper.page
    await page.goto(await confirmation_page(shopper, locale))
    await shopper.has_no_violations()
    await shopper.screenshot(f"confirm-{locale}")
    asked = await page.get_by_role("heading", level=1).inner_text()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(asked)
    await expect(page.get_by_role("button")).to_have_count(0)
    await shopper.has_no_violations()


async def test_an_old_link_offers_a_new_one(shopper: Owner) -> None:
    page = shopper.page
    await page.goto(await confirmation_page(shopper, "en", ago=timedelta(hours=25)))
    await shopper.has_no_violations()
    await page.get_by_role("button", name="Send a new link").click()
    await shopper.sees("Look into your mailbox")
    await shopper.has_no_violations()
