"""What a reading of a product feed takes over: all of it, or nothing."""

import gzip
from collections.abc import Callable

import pytest
from feed_shop import RSS, TSV, FeedOwner, Items, atom, item, items, rss, tsv
from feed_texts import SAMPLE_NAMES, read, sample
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop
from temporalio.client import Client

from domain.feeds import FeedCensus, FeedOutcome, FeedState, Trouble
from domain.products import Product
from store.feeds import FeedSource
from store.products import Reading

SOLD_OUT = "out_of_stock"


@pytest.fixture
def owner(shop: Shop, temporal: Client) -> FeedOwner:
    return FeedOwner(shop, temporal)


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (rss, RSS),
        (atom, "application/atom+xml"),
        (tsv, TSV),
        (tsv, "text/plain"),
        (lambda content: gzip.compress(rss(content)), "application/gzip"),
        (lambda content: gzip.compress(tsv(content)), "application/octet-stream"),
    ],
)
async def test_every_format_says_the_same(
    owner: FeedOwner, write: Callable[[Items], bytes], kind: str
) -> None:
    orchid = item(link="https://shop.example/blue", brand="Orchid & Sons", color="blå")
    content = {"blue": orchid, "white": item(SOLD_OUT) | {"link": "", "brand": "", "color": ""}}
    assert await owner.upload(write(content), kind) == "2 items, 1 in stock"
    blue = (await owner.products())["blue"]
    assert (blue["name"], blue["price"], blue["currency"]) == ("Blue Orchid", "75.00", "SEK")
    assert (blue["url"], blue["availability"]) == ("https://shop.example/blue", "in_stock")
    assert (blue["data"]["brand"], blue["data"]["color"]) == ("Orchid & Sons", "blå")
    assert not blue["is_group"]


async def test_the_last_of_several_items_with_one_id_counts(owner: FeedOwner) -> None:
    content = [("a", item(title="first")), ("b", item()), ("a", item(SOLD_OUT, title="last"))]
    assert await owner.upload(rss(content)) == "2 items, 1 in stock"
    assert (await owner.products())["a"]["name"] == "last"


async def test_a_group_that_is_no_item_says_what_its_best_variant_says(owner: FeedOwner) -> None:
    def variant(title: str, availability: str, group: str) -> dict[str, str]:
        return item(availability, title=title, item_group_id=group)

    content = {
        "red": variant("red", SOLD_OUT, "orchid"),
        "blue": variant("blue", "in_stock", "orchid"),
        "green": variant("green", "in_stock", "orchid"),
        "small": variant("small", SOLD_OUT, "fern"),
        "large": variant("large", "preorder", "fern"),
        "pot": variant("pot", "in_stock", "red"),
    }
    assert await owner.upload(rss(content)) == "6 items, 3 in stock"
    products = await owner.products()
    groups = {sku: row for sku, row in products.items() if row["is_group"]}
    assert {sku: (row["name"], row["availability"]) for sku, row in groups.items()} == {
        "orchid": ("blue", "in_stock"),
        "fern": ("small", "out_of_stock"),
    }
    assert (products["red"]["name"], products["red"]["availability"]) == ("red", SOLD_OUT)


async def test_what_is_gone_is_deleted_and_what_differs_is_changed(owner: FeedOwner) -> None:
    await owner.upload(rss(items("a", "b", "c")))
    before = await rows_as_written(owner)
    changed = items("a", "b") | {"b": item(price="80.00 SEK"), "d": item()}
    assert await owner.upload(rss(changed)) == "3 items, 3 in stock; 1 turned in stock"
    after = await rows_as_written(owner)
    assert list(after) == ["a", "b", "d"]
    assert after["a"] == before["a"]
    assert after["b"] != before["b"]
    assert (await owner.products())["b"]["price"] == "80.00"


async def rows_as_written(owner: FeedOwner) -> dict[str, str]:
    """The transaction that wrote each product last, by sku."""
    sql = "SELECT sku, xmin::text FROM products WHERE site = $1 ORDER BY sku"
    rows = await owner.shop.store.pool.fetch(sql, owner.shop.site)
    return {row["sku"]: row["xmin"] for row in rows}


async def test_items_that_cannot_be_used_are_counted_and_named(owner: FeedOwner) -> None:
    content = [("a", item()), ("", item()), ("b", item(price="cheap"))]
    assert await owner.upload(rss(content)) == "2 items, 2 in stock"
    feed = await owner.feed()
    assert feed["skipped"] == 1
    assert "item 2" in feed["problems"][0]
    assert "'cheap' is not a price" in feed["problems"][1]


@pytest.mark.parametrize("name", SAMPLE_NAMES)
async def test_feeds_as_shops_publish_them_are_taken_over(owner: FeedOwner, name: str) -> None:
    expected = {product.sku: product for product in read(sample(name))}
    await owner.upload(sample(name), "application/octet-stream")
    stored = {sku: row for sku, row in (await owner.products()).items() if not row["is_group"]}
    assert {sku: Product.model_validate(dict(row)) for sku, row in stored.items()} == {
        sku: product.model_copy(update={"group": ""}) for sku, product in expected.items()
    }


async def test_a_reading_leaves_no_table_behind(owner: FeedOwner, shop: Shop) -> None:
    await owner.upload(rss(items("a")))
    await owner.take_over([Product(sku="a")])
    left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'feed_items%' AND relpersistence = 't'"
    assert await shop.store.pool.fetchval(left) == 0


async def test_a_source_that_was_replaced_meanwhile_is_not_taken_over(owner: FeedOwner) -> None:
    await owner.upload(rss(items("a", "b")))
    store, site = owner.shop.store, owner.shop.site
    feed = await store.feeds.get(site, owner.locale)
    assert feed
    async with store.products.importing(feed) as gathering:
        await gathering.add([Product(sku="c")])
        await store.feeds.put(site, FeedSource("sv-SE", url="https://shop.example/feed"))
        outcome = await gathering.take_over(Reading(etag="c"), accept_shrink=True)
    assert isinstance(outcome, FeedOutcome)
    assert (outcome.state, outcome.items) == (FeedState.PENDING, 2)
    trouble = Trouble(FeedState.FAILED, "the shop's server answered 404")
    assert (await store.feeds.in_trouble(feed, trouble)).state is FeedState.PENDING
    assert list(await owner.products()) == ["a", "b"]


async def test_a_feed_that_was_deleted_meanwhile_stays_deleted(owner: FeedOwner) -> None:
    await owner.upload(rss(items("a")))
    store, site = owner.shop.store, owner.shop.site
    feed = await store.feeds.get(site, owner.locale)
    assert feed
    async with store.products.importing(feed) as gathering:
        await gathering.add([Product(sku="a")])
        assert await store.feeds.delete(site, owner.locale)
        assert await gathering.take_over(Reading(), accept_shrink=False) == FeedOutcome()
    assert await store.feeds.in_trouble(feed, Trouble(FeedState.FAILED, "")) == FeedOutcome()
    assert await owner.products() == {}


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_than_half_gone_is_suspicious_until_it_is_accepted(
    stayed: int, gone: int, came: int
) -> None:
    census = FeedCensus(items=stayed + came, in_stock=0, known=stayed + gone, gone=gone)
    trouble = census.trouble(is_first=False, accept_shrink=False, how_to_accept="do so")
    assert (trouble is not None) is (gone > stayed)
    if trouble:
        assert trouble.state is FeedState.SUSPICIOUS
        assert f"{gone:,} of {stayed + gone:,} items are gone" in trouble.text
        assert "do so" in trouble.text
    assert census.trouble(is_first=False, accept_shrink=True, how_to_accept="") is None


def test_a_first_reading_without_items_is_a_failure_that_nobody_can_accept() -> None:
    empty = FeedCensus(items=0, in_stock=0, known=0, gone=0)
    trouble = empty.trouble(is_first=True, accept_shrink=True, how_to_accept="")
    assert trouble
    assert trouble.state is FeedState.FAILED
    assert empty.trouble(is_first=False, accept_shrink=False, how_to_accept="") is None
