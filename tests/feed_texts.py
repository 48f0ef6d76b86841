"""Feeds for tests: the samples of tests/feeds, small ones, long ones, and how to read them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path

from activities.feeds.reader import FeedReader
from domain.products import Product

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLE_NAMES = ["shopify.xml", "woocommerce.xml", "magento.atom", "prestashop.tsv"]

RSS_START = b'<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
RSS_END = b"</channel></rss>\n"
TSV_START = b"id\ttitle\tprice\tavailability\tdescription\r\n"


def sample(name: str) -> bytes:
    return (Path(__file__).with_name("feeds") / name).read_bytes()


def chunks(feed: bytes, size: int) -> Iterator[bytes]:
    return (feed[at : at + size] for at in range(0, len(feed), size))


def read_with(reader: FeedReader, feed: bytes, chunk: int = 65536) -> list[Product]:
    products = [product for part in chunks(feed, chunk) for product in reader.feed(part)]
    return products + reader.close()


def read(feed: bytes, content_type: str = "", chunk: int = 65536) -> list[Product]:
    return read_with(FeedReader(content_type, now=NOW), feed, chunk)


def rss(*items: str, start: bytes = RSS_START) -> bytes:
    """A feed of items given by what is inside them."""
    inside = "".join(f"<item>{item}</item>\n" for item in items)
    return start + inside.encode() + RSS_END


def item_of(**attributes: str) -> Product:
    """The product of an item with an id and these attributes of Google's."""
    texts = {"id": "A", "availability": "in stock"} | attributes
    [product] = read(rss("".join(f"<g:{name}>{text}</g:{name}>" for name, text in texts.items())))
    return product


def long_rss(items: int) -> Iterator[bytes]:
    item = (
        "<item><g:id>A</g:id><title>Blue Orchid</title><g:price>199.00 SEK</g:price>"
        f"<g:availability>in stock</g:availability><description>{'long ' * 200}</description>"
        "</item>\n"
    )
    return chain([RSS_START], repeat(item.encode() * 50, items // 50), [RSS_END])


def long_tsv(items: int) -> Iterator[bytes]:
    row = f'A\t"Blue ""Orchid"""\t199.00 SEK\tin stock\t{"long " * 200}\r\n'
    return chain([TSV_START], repeat(row.encode() * 50, items // 50))
