"""The owner answers shoppers who ask what is known of them, or to be forgotten."""

import json
from pathlib import Path

from playwright.async_api import expect
from shop import Shop
from shoppers import address

from console.owner import Owner


async def look(console: Owner, email: str) -> None:
    await console.open("/shoppers")
    await console.page.get_by_label("The shopper's address").fill(email)
    await console.click("Look")


async def log(console: Owner) -> list[str]:
    sql = "SELECT what FROM audit_log WHERE site = $1 ORDER BY id"
    return [row["what"] for row in await console.shop.store.pool.fetch(sql, console.shop.site)]


async def test_a_shopper_is_found_and_the_address_is_in_no_url(console: Owner) -> None:
    email = address()
    await console.shop.ask(email)
    await console.open("/shoppers")
    await console.has_no_violations()
    await look(console, email)
    await console.sees("1: 1 open, 0 told")
    assert console.page.url.endswith("/console/shoppers")
    await console.has_no_violations()
    await console.screenshot("shopper")


async def test_what_is_known_is_downloaded(console: Owner) -> None:
    email = address()
    request_id = await console.shop.ask(email)
    await look(console, email)
    async with console.page.expect_download() as waiting:
        await console.click("Download")
    download = await waiting.value
    assert download.suggested_filename == "shopper.json"
    found = json.loads(Path(await download.path()).read_text())  # noqa: ASYNC240
    assert [each["id"] for each in found["requests"]] == [request_id]
    assert await log(console) == ["Exported what is known of a shopper."]


async def test_a_shopper_is_erased_by_typing_the_address_again(console: Owner) -> None:
    email, other = address(), address()
    await console.shop.ask(email)
    await console.shop.ask(other)
    await look(console, email)
    again = console.page.get_by_label("Type the address again")
    await again.fill(other)
    await again.press("Enter")
    await console.sees("This is another address.")
    await expect(again).to_have_attribute("aria-invalid", "true")
    await console.has_no_violations()
    await again.fill(email.upper())
    await again.press("Enter")
    await console.sees("The shopper is erased, with 1 request.")
    assert await log(console) == ["Erased a shopper with 1 request."]
    await look(console, email)
    await console.sees("Nothing is known of this address.")
    await console.has_no_violations()
    await look(console, other)
    await console.sees("1: 1 open, 0 told")


async def test_a_shopper_of_another_shop_is_unknown(console: Owner, other_shop: Shop) -> None:
    email = address()
    await other_shop.ask(email)
    await look(console, email)
    await console.sees("Nothing is known of this address.")


async def test_what_is_no_address_is_said_beside_the_field(console: Owner) -> None:
    await console.open("/shoppers")
    await console.page.get_by_label("The shopper's address").fill("kim@localhost")
    await console.click("Look")
    await console.sees("It should have a period.")
    await console.has_no_violations()
