"""The owner sees what shoppers wait for, and has an item announced."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from playwright.async_api import expect
from shop import Shop
from shoppers import address
from voyado import contact, keep_products, subscribed

from api.console.figures import money, variant, weeks
from console.owner import PHONE, Owner
from domain.demand import Money
from domain.matching import StockLevel


async def some_demand(shop: Shop) -> list[str]:
    """Five wait for the fern, two for a bag of the product feed, one for an orchid."""
    fern = {"name": "Boston Fern", "price": "24.50"}
    image = {"url": "https://shop.test/fern.png"}
    asked = [
        await shop.ask(address(), "fern", item_details=fern | {"image": image}) for _ in range(5)
    ]
    for days, request_id in enumerate(asked):
        await shop.store.pool.execute(
            "UPDATE requests SET created_date = $2 WHERE id = $1",
            UUID(request_id),
            datetime.now(UTC) - timedelta(days=days * 9),
        )
    await keep_products(shop, "sv-se", "SKU-9", name="Leather Bag")
    for _ in range(2):
        await subscribed(shop, await contact(shop), "SKU-9", "sv-SE")
    options = {"options": {"Colour": "Blue"}, "variantId": "V1"}
    await shop.ask(address(), "orchid", options=options)
    level = StockLevel(sku="SKU-9", quantity=0)
    await shop.store.stock.update(shop.site, [level])
    return asked


async def test_where_nobody_waits_the_page_says_what_will_be_there(console: Owner) -> None:
    await console.open("/demand")
    await console.sees("Nobody waits for anything")
    await console.has_no_violations()


async def test_the_demand_is_seen_at_a_glance(console: Owner) -> None:
    await some_demand(console.shop)
    await console.open("/demand")
    rows = console.page.get_by_role("row")
    await expect(rows).to_have_count(4)
    await expect(rows.nth(1)).to_contain_text("Boston Fern")
    await expect(rows.nth(1)).to_contain_text("122.50")
    await expect(rows.nth(2)).to_contain_text("SEK 398.00")
    await expect(rows.nth(3)).to_contain_text("Colour: Blue")
    trend = "5 shoppers asked in the last 90 days, 1 of them in the last 7 days"
    await expect(rows.nth(1).get_by_role("img", name=trend)).to_be_visible()
    await console.has_no_violations()
    await console.screenshot("demand")
    await rows.nth(1).get_by_role("link", name="who wait for Boston Fern").click()
    await expect(console.page.get_by_role("row")).to_have_count(1 + 5)


async def test_on_a_phone_each_item_has_its_button_on_the_page(console: Owner) -> None:
    await some_demand(console.shop)
    await console.page.set_viewport_size(PHONE)
    await console.open("/demand")
    buttons = console.page.get_by_role("link", name="Restock now")
    await expect(buttons).to_have_count(3)
    for button in await buttons.all():
        box = await button.bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE["width"]
    await console.screenshot("demand-phone")


async def test_an_item_is_found_by_its_name_or_id(console: Owner) -> None:
    await some_demand(console.shop)
    await console.open("/demand")
    await console.page.get_by_label("Find an item").fill("LEATHER")
    await console.page.keyboard.press("Enter")
    await expect(console.page.get_by_role("row")).to_have_count(2)
    await console.sees("Leather Bag")
    await console.page.get_by_label("Find an item").fill("<b>nothing")
    await console.click("Find")
    await console.sees("Nobody waits for an item with “<b>nothing”")
    await console.has_no_violations()
    await console.click("Show all")
    await expect(console.page.get_by_role("row")).to_have_count(4)


async def test_many_items_are_shown_page_by_page(console: Owner) -> None:
    for number in range(51):
        await console.shop.ask(address(), f"item-{number}")
    await console.open("/demand")
    await expect(console.page.get_by_role("row")).to_have_count(51)
    await console.click("Show more")
    await expect(console.page.get_by_role("row")).to_have_count(2)
    await console.has_no_violations()


def test_weeks_end_today_and_money_is_written_with_its_currency() -> None:
    assert weeks([1] * 90) == [6] + [7] * 12
    assert weeks([1] * 14) == [7, 7]
    assert money(Money(amount=1299, currency="")) == "1,299.00"  # type: ignore[arg-type]
    assert money(Money(amount=5, currency="PIECES")) == "5.00 PIECES"  # type: ignore[arg-type]


def test_a_variant_is_named_where_its_catalogue_says_so() -> None:
    assert (
        variant({"options": {"Colour": "Blue", "Size": 42, "x": [1]}}) == "Colour: Blue, Size: 42"
    )
    assert variant({"variantId": "V1"}) == "variantId: V1"
    assert variant({"options": "odd"}) == variant(None) == ""
