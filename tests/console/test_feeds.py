"""The owner says where the products of each language are read from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from feed_shop import FeedServer, feed_server, items, rss
from playwright.async_api import expect

from console.owner import Owner


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


async def fill(console: Owner, locale: str, url: str = "", file: Path | None = None) -> None:
    await console.page.get_by_label("Language").fill(locale)
    await console.page.get_by_label("Address").fill(url)
    if file:
        await console.page.get_by_label("Or a file").set_input_files(file)
    await console.click("Save and read")


async def test_a_feed_is_added_by_its_address_and_read_again(
    console: Owner, server: FeedServer
) -> None:
    server.content = rss(items("a") | items("b", availability="out_of_stock"))
    await console.open("/settings/feeds")
    await console.sees("No product feed yet")
    await console.has_no_violations()
    await fill(console, "sv-SE", server.url.replace("http://", "http://kim:s3cret@"))
    await console.sees("The product feed sv-SE is being read.")
    await console.sees("2 items, 1 in stock")
    await console.sees("kim:***@")
    assert "s3cret" not in await console.page.content()
    await console.has_no_violations()
    await console.screenshot("settings-feeds")
    server.content = rss(items("a", "b", "c"))
    await console.click("Read now sv-SE")
    await console.sees("3 items, 3 in stock")


async def test_a_feed_that_lost_most_of_its_items_is_taken_over_when_the_owner_says_so(
    console: Owner, server: FeedServer
) -> None:
    server.content = rss(items("a", "b", "c"))
    await console.open("/settings/feeds")
    await fill(console, "sv-SE", server.url)
    await console.sees("3 items, 3 in stock")
    server.content = rss(items("a"))
    await console.click("Read now sv-SE")
    await console.sees("2 of 3 items are gone, so nothing was changed.")
    await console.sees("Held back")
    assert "acceptShrink" not in await console.page.content()
    await console.has_no_violations()
    await console.screenshot("settings-feeds-held-back")
    console.page.once("dialog", lambda dialog: dialog.accept())
    await console.click("Take it over all the same sv-SE")
    await console.sees("1 item, 1 in stock")


async def test_a_feed_is_uploaded_changed_and_deleted(console: Owner, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss([*items("a").items(), ("", {}), ("b", {"price": "x"})]))
    await console.open("/settings/feeds")
    await fill(console, "da", file=path)
    await console.sees("a file you uploaded")
    await console.sees("could not be used")
    path.write_bytes(rss(items("a", "b")))
    await console.click("Change da")
    await expect(console.page.get_by_label("Language")).to_have_value("da")
    await console.page.get_by_label("Or a file").set_input_files(path)
    await console.click("Save and read")
    await console.sees("2 items, 2 in stock")
    console.page.once("dialog", lambda dialog: dialog.accept())
    await console.click("Delete da")
    await console.sees("The product feed da and its products are deleted.")
    await console.sees("No product feed yet")


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    console: Owner,
) -> None:
    await console.open("/settings/feeds")
    await fill(console, "svenska", "https://shop.test/feed.xml")
    await expect(console.page.get_by_label("Language")).to_have_attribute("aria-invalid", "true")
    await expect(console.page.get_by_label("Address")).to_have_value("https://shop.test/feed.xml")
    await fill(console, "sv-SE", "")
    await console.sees("Give either an address or a file.")
    await fill(console, "sv-SE", "ftp://shop.test/feed.xml")
    await console.sees("must be an http or https URL")
    await console.has_no_violations()
    assert await console.shop.store.feeds.all(console.shop.site) == []


async def test_every_change_of_a_feed_stands_in_the_log(console: Owner, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(items("a")))
    await console.open("/settings/feeds")
    await fill(console, "sv", file=path)
    await console.sees("The product feed sv is being read.")
    await console.open("/settings/log")
    await console.sees("Changed where the product feed sv is read from.")
