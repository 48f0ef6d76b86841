"""Whom a product feed has told: those who wait for what turned in stock."""

import asyncio

import pytest
from feed_shop import FeedOwner, item, items, rss
from shop import Shop, eventually
from shoppers import address, orchid_key, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from voyado import contact, listed, subscribed

from domain.feeds import FeedOutcome
from domain.holding import Holding
from domain.products import Availability, Product
from workflows.engine import Engine

SOLD_OUT = "out_of_stock"


@pytest.fixture
def owner(shop: Shop, temporal: Client) -> FeedOwner:
    return FeedOwner(shop, temporal)


async def arrivals(owner: FeedOwner) -> list[tuple[str, str]]:
    """What came in and whose restock has not begun: sku and feed."""
    sql = "SELECT sku, feed FROM arrivals WHERE site = $1 ORDER BY sku"
    rows = await owner.shop.store.pool.fetch(sql, owner.shop.site)
    return [(row["sku"], row["feed"]) for row in rows]


async def test_a_feed_that_turns_an_item_in_stock_is_all_it_takes_for_the_mail(
    owner: FeedOwner, shop: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    await owner.upload(rss(items("orchid", availability=SOLD_OUT)))
    request_id = await shop.ask(shopper)
    content = {"orchid": item(title="Blå orkidé", link="https://shop.example/sv/orchid")}
    said = await owner.upload(rss(content))
    assert said == "1 item, 1 in stock; 1 turned in stock"
    await shop.until(request_id, "NOTIFICATION_SENT")
    [mail] = sink.to(shopper)
    assert "Blå orkidé" in mail["Subject"]
    assert "https://shop.example/sv/orchid" in part(mail, "plain")


async def test_an_item_that_turns_in_stock_again_is_announced_though_its_owner_stopped_it_before(
    owner: FeedOwner, shop: Shop
) -> None:
    await owner.upload(rss(items("orchid", availability=SOLD_OUT)))
    request_id = await shop.ask(address())
    await shop.store.holds.hold(Holding(site=shop.site, item_key=orchid_key()))
    await owner.upload(rss(items("orchid")))
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_variant_is_found_by_the_options_that_name_it(
    owner: FeedOwner, shop: Shop, sink: SmtpSink
) -> None:
    blue = await shop.ask(address(), options={"variantId": "orchid-blue"})
    red = await shop.ask(address(), options={"sku": "orchid-red"})
    group = await shop.ask(address())
    variants = {
        f"orchid-{color}": item(SOLD_OUT, item_group_id="orchid") for color in ("blue", "red")
    }
    await owner.upload(rss(variants))
    variants["orchid-blue"] |= {"availability": "in_stock"}
    assert "2 turned in stock" in await owner.upload(rss(variants))
    for told in (blue, group):
        await shop.until(told, "NOTIFICATION_SENT")
    assert (await shop.get(red))["status"] == "RECEIVED"


async def test_the_first_reading_announces_nobody(owner: FeedOwner, shop: Shop) -> None:
    request_id = await shop.ask(address())
    assert await owner.upload(rss(items("orchid"))) == "1 item, 1 in stock"
    assert await arrivals(owner) == []
    assert await shop.steps(request_id) == ["requested"]


async def test_an_item_that_stays_in_stock_is_announced_once(
    owner: FeedOwner, shop: Shop, sink: SmtpSink
) -> None:
    await owner.upload(rss(items("orchid", availability=SOLD_OUT)))
    first = await shop.ask(address())
    await owner.upload(rss(items("orchid")))
    await shop.until(first, "NOTIFICATION_SENT")
    second = await shop.ask(address())
    assert await owner.upload(rss(items("orchid", "fern"))) == (
        "2 items, 2 in stock; 1 turned in stock"
    )
    assert await shop.steps(second) == ["requested"]


async def test_an_item_that_disappears_and_comes_back_is_announced(
    owner: FeedOwner, shop: Shop
) -> None:
    others = items("fern", "moss")
    await owner.upload(rss(items("orchid") | others))
    await owner.upload(rss(others))
    request_id = await shop.ask(address())
    assert "1 turned in stock" in await owner.upload(rss(items("orchid") | others))
    await shop.until(request_id, "NOTIFICATION_SENT")


@pytest.mark.parametrize("availability", ["preorder", "backorder", SOLD_OUT, "who knows"])
async def test_only_what_is_in_stock_is_announced(
    owner: FeedOwner, shop: Shop, availability: str
) -> None:
    await owner.upload(rss(items("orchid", availability=SOLD_OUT)))
    request_id = await shop.ask(address())
    content = rss(items("orchid", availability=availability) | items("fern"))
    assert await owner.upload(content) == "2 items, 1 in stock; 1 turned in stock"
    assert await arrivals(owner) == []
    assert await shop.steps(request_id) == ["requested"]


async def test_a_feed_announces_to_those_whose_product_data_it_has(
    shop: Shop, temporal: Client
) -> None:
    """The request names no locale: its product data is the site's first feed's."""
    first, second = FeedOwner(shop, temporal), FeedOwner(shop, temporal, "pl-PL")
    await first.upload(rss(items("orchid", availability=SOLD_OUT)))
    await second.upload(rss(items("orchid", availability=SOLD_OUT)))
    request_id = await shop.ask(address())
    assert "1 turned" in await second.upload(rss(items("orchid")))
    assert await shop.steps(request_id) == ["requested"]
    assert "1 turned" in await first.upload(rss(items("orchid")))
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_what_came_in_is_announced_although_the_reader_died_after_taking_it_over(
    owner: FeedOwner, shop: Shop, temporal: Client
) -> None:
    await owner.upload(rss(items("orchid", "fern", availability=SOLD_OUT)))
    waiting = [await shop.ask(address()) for _ in range(2)]
    back = [Product(sku=sku, availability=Availability.IN_STOCK) for sku in ("orchid", "fern")]
    outcome = await owner.take_over(back)
    assert isinstance(outcome, FeedOutcome)
    assert (outcome.turned_in_stock, outcome.arrivals) == (2, 1)
    assert await arrivals(owner) == [("orchid", "sv-se")]
    assert shop.site in await shop.store.stock.sites_with_arrivals(older_than_seconds=0)
    await Engine(temporal).arrivals_waiting(shop.site)
    for request_id in waiting:
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert await arrivals(owner) == []


async def test_two_readings_at_once_find_what_came_in_once(owner: FeedOwner, shop: Shop) -> None:
    await owner.upload(rss(items("orchid", availability=SOLD_OUT)))
    await shop.ask(address())
    back = [Product(sku="orchid", availability=Availability.IN_STOCK)]
    outcomes = await asyncio.gather(*(owner.take_over(back) for _ in range(4)))
    arrived = [one.arrivals for one in outcomes if isinstance(one, FeedOutcome)]
    assert sorted(arrived) == [0, 0, 0, 1]


async def test_a_subscription_is_told_in_the_words_of_its_locales_feed(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    shopper = address()
    swedish, polish = FeedOwner(shop, temporal), FeedOwner(shop, temporal, "pl-PL")
    for feed in (polish, swedish):
        await feed.upload(rss(items("SKU-1", availability=SOLD_OUT)))
    contact_id = await contact(shop, shopper)
    await subscribed(shop, contact_id, "SKU-1", "sv-se", "SE-SKU-1")
    await subscribed(shop, contact_id, "SKU-1", "pl-pl")
    await swedish.upload(rss({"SKU-1": item(title="Väska", price="1299.00 SEK")}))

    async def told() -> bool:
        return bool(sink.to(shopper))

    await eventually(told, "the mail")
    [mail] = sink.to(shopper)
    assert "Väska" in mail["Subject"]
    assert "1\xa0299,00\xa0kr" in part(mail, "plain")
    assert [each["locale"] for each in await listed(shop, contact_id)] == ["pl-pl"]
