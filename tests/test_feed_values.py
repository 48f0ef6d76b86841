"""Prices, sales, availability and texts in the spellings that feeds use."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from feed_texts import item_of, read_with, rss
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.feeds.attributes import attribute_name, clean
from activities.feeds.reader import FeedReader
from domain.prices import is_within, parse_price
from domain.products import Availability

NBSP, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("199.00 SEK", "199.00", "SEK"),
        ("199.00SEK", "199.00", "SEK"),
        ("SEK 199.00", "199.00", "SEK"),
        ("199,00 sek", "199.00", "SEK"),
        ("1,299.00 USD", "1299.00", "USD"),
        ("1.299,00 EUR", "1299.00", "EUR"),
        ("1 299,00 SEK", "1299.00", "SEK"),
        (f"1{NBSP}299,00{NBSP}SEK", "1299.00", "SEK"),
        (f"12{THIN}345{THIN}678,90 PLN", "12345678.90", "PLN"),
        ("1'299.50 CHF", "1299.50", "CHF"),
        ("1.299 EUR", "1299", "EUR"),
        ("1,299,000 JPY", "1299000", "JPY"),
        ("12.500 KWD", "12.50", "KWD"),
        ("0.125 EUR", "0.125", "EUR"),
        ("1299.5000 SEK", "1299.50", "SEK"),
        ("0.00 SEK", "0.00", "SEK"),
        ("0199.00 SEK", "199.00", "SEK"),
        ("$19.99 USD", "19.99", "USD"),
        ("$19.99", "19.99", ""),
        ("US$ 19.99", "19.99", ""),
        ("199 kr", "199", ""),
        ("199", "199", ""),
        ("19.9", "19.9", ""),
    ],
)
def test_prices_are_plain_decimals_with_a_currency(text: str, amount: str, currency: str) -> None:
    product = item_of(price=text)
    assert (product.price, product.currency) == (amount, currency)


NO_PRICES = "-5.00 SEK|abc|free|from 99 SEK|99-199 SEK|SEK 5 EUR|1e5 SEK|NaN|5 %|SEK|.|1 2"
ODD_NUMBERS = "1,2,3 SEK|1.2.3,4 SEK|\N{ARABIC-INDIC DIGIT ONE}2 SEK|999999999999999999999999999999"


@pytest.mark.parametrize("text", f"{NO_PRICES}|{ODD_NUMBERS}".split("|"))
def test_what_is_no_price_is_told_and_left_out(text: str) -> None:
    reader = FeedReader(now=datetime.now(UTC))
    item = f"<g:id>A</g:id><g:availability>in stock</g:availability><g:price>{text}</g:price>"
    [product] = read_with(reader, rss(item))
    assert (product.price, product.currency) == ("", "")
    assert product.availability == Availability.IN_STOCK
    assert len(reader.problems) == 1
    assert reader.problems[0].startswith("item 1 (sku A): price ")


amounts = st.decimals(0, Decimal(10**12), places=2, allow_nan=False)


@settings(deadline=None)
@given(
    amounts, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")])
)
def test_an_amount_is_the_same_in_every_notation(
    amount: Decimal, notation: tuple[str, str]
) -> None:
    group, point = notation
    marks = str.maketrans({",": group, ".": point})
    assert parse_price(f"{amount:,.2f}".translate(marks) + " SEK").amount == f"{amount:.2f}"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_plain_price_or_refused(text: str) -> None:
    try:
        price = parse_price(text)
    except ValueError:
        return
    assert Decimal(price.amount) >= 0
    assert set(price.amount) <= set("0123456789.")
    assert price.currency == "" or (len(price.currency) == 3 and price.currency.isupper())


def test_a_buyer_pays_the_sales_price_where_there_is_one() -> None:
    assert item_of(price="299 SEK", sale_price="199 SEK").price == "199"
    assert item_of(sale_price="199 SEK").price == "199"
    assert item_of(price="299 SEK", sale_price="299 SEK").price == "299"
    assert item_of(price="299 SEK", sale_price="399 SEK").price == "299"
    assert item_of(price="299 SEK", sale_price="0 SEK").price == "299"
    assert item_of(price="299 SEK", sale_price="soon").price == "299"
    assert item_of(price="soon", sale_price="199 SEK").price == "199"


@pytest.mark.parametrize(
    ("interval", "price"),
    [
        ("2026-11-20T00:00+0100/2026-11-30T23:59+0100", "199"),
        ("2026-11-21T11:59:59Z / 2026-11-21T12:00:01Z", "199"),
        ("2026-11-21T13:00:01+01:00/2026-11-30T00:00+01:00", "299"),
        ("2026-11-01T00:00Z/2026-11-21T12:00Z", "299"),
        ("2026-11-21T12:00Z/2026-11-21T12:01Z", "199"),
        ("2026-11-20/2026-11-21", "199"),
        ("2026-11-20/2026-11-20", "299"),
        ("2026-11-22/2026-11-30", "299"),
        ("2026-11-20 10:00:00/2026-11-21 12:30:00", "199"),
    ],
)
def test_a_sales_price_is_paid_while_the_sale_runs(interval: str, price: str) -> None:
    product = item_of(price="299 SEK", sale_price="199 SEK", sale_price_effective_date=interval)
    assert product.price == price


@pytest.mark.parametrize(
    "interval", ["soon", "2026-11-21", "a/b", "2026-11-21/", "9999-12-31/9999-12-31", "1/2/3"]
)
def test_a_sale_whose_time_cannot_be_read_is_told_and_not_believed(interval: str) -> None:
    reader = FeedReader(now=datetime(2026, 11, 21, tzinfo=UTC))
    texts = {"id": "A", "availability": "in stock", "price": "299", "sale_price": "199"}
    texts["sale_price_effective_date"] = interval
    item = "".join(f"<g:{name}>{text}</g:{name}>" for name, text in texts.items())
    [product] = read_with(reader, rss(item))
    assert product.price == "299"
    assert "sale_price_effective_date" in reader.problems[0]


moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
zoned = st.builds(lambda moment, zone: moment.replace(tzinfo=zone), moments, zones)


@settings(deadline=None)
@given(zoned, zoned, zoned)
def test_intervals_are_compared_across_zones(start: datetime, end: datetime, now: datetime) -> None:
    assert is_within(f"{start.isoformat()}/{end.isoformat()}", now) == (start <= now < end)


@pytest.mark.parametrize(
    ("texts", "availability"),
    [
        (
            ["in_stock", "in stock", "In Stock", "IN_STOCK", "InStock", "instock", "in-stock"],
            "in_stock",
        ),
        (["https://schema.org/InStock", "http://schema.org/OnlineOnly"], "in_stock"),
        (["https://schema.org/LimitedAvailability", "available for order"], "in_stock"),
        (
            ["out_of_stock", "Out of Stock", "outofstock", "http://schema.org/OutOfStock"],
            "out_of_stock",
        ),
        (["sold out", "discontinued", "https://schema.org/InStoreOnly"], "out_of_stock"),
        (["preorder", "pre-order", "Pre Order", "https://schema.org/PreSale"], "preorder"),
        (["backorder", "back-order", "on_backorder", "https://schema.org/BackOrder"], "backorder"),
    ],
)
def test_availability_is_known_in_every_spelling(texts: list[str], availability: str) -> None:
    assert {item_of(availability=text).availability for text in texts} == {availability}


@pytest.mark.parametrize("text", ["", "yes", "not in stock", "in stock: 0", "1", "In Stock soon"])
def test_an_item_of_unknown_availability_is_not_announced(text: str) -> None:
    reader = FeedReader(now=datetime.now(UTC))
    [product] = read_with(reader, rss(f"<g:id>A</g:id><g:availability>{text}</g:availability>"))
    assert product.availability == Availability.OUT_OF_STOCK
    assert "availability" in reader.problems[0]
    assert reader.skipped == 0


@pytest.mark.parametrize(
    "address",
    ["/relative", "ftp://x.test/a", "javascript:alert(1)", "data:image/png;base64,x", "http://"],
)
def test_addresses_are_kept_only_where_a_browser_may_follow_them(address: str) -> None:
    product = item_of(link=address, image_link=address)
    assert (product.url, product.image_url) == ("", "")
    assert product.data["link"] == address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("Salt &#38; pepper &#x1F33F;", "Salt & pepper \N{HERB}"),
        ("AT&T R&D &notanentity; &copy", "AT&T R&D &notanentity; &copy"),
        ("?a=1&amp;copy=2&lt=3", "?a=1&copy=2&lt=3"),
        ("&amp;amp;", "&amp;"),
        (f" a\t\r\n b{NBSP}\x0bc ", "a b c"),
        ("a\0b&#0;", "ab\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_texts_are_read_without_a_second_escaping_and_without_spare_spaces(
    written: str, meant: str
) -> None:
    assert clean(written) == meant


@settings(deadline=None)
@given(st.text())
def test_clean_texts_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned == cleaned.strip()
    assert all(not "\ud800" <= character <= "\udfff" for character in cleaned)


@pytest.mark.parametrize(
    "spelling", ["image_link", "image link", " Image Link ", "g:image_link", "G:Image-Link"]
)
def test_attributes_have_one_name_in_every_spelling(spelling: str) -> None:
    assert attribute_name(spelling) == "image_link"
