"""Feeds that nobody would write: items, or a `FeedError`, within bounds; nothing else."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from feed_texts import (
    NOW,
    RSS_END,
    RSS_START,
    SAMPLE_NAMES,
    TSV_START,
    read,
    read_with,
    rss,
    sample,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.feeds.errors import FeedError
from activities.feeds.limits import Limits
from activities.feeds.reader import FeedReader
from domain.images import LONGEST_URL
from domain.products import Product

_MOST_MEMORY = 64 * 1024**2
SMALL = Limits(bytes=4 * 1024**2, items=1000, item_length=200_000)
_TAGS = ["g:id", "g:title", "title", "g:price", "g:availability", "link", "g:link", "g:image_link"]
_TAGS += ["g:shipping", "g:item_group_id", "g:sale_price", "g:sale_price_effective_date", "x:y"]
_ODD = ["A", "199.00 SEK", "in stock", "javascript:alert(1)", "https://u:p@x.test/", "9" * 500]
_ODD += ["2026-01-01/2027-01-01", "https://x.test/", "&amp;#0;", "&#xD800;", "&#x1F600;", "\u2028"]
_ODD += [
    "a" * 3000,
    "<b>x</b>",
    "<![CDATA[<script>]]>",
    "<!-- - -->",
    "<?pi x?>",
    "&odd;",
    "]]>",
    "",
]
_TEXTS = st.sampled_from(_ODD) | st.text(max_size=20)


def kept(
    feed: bytes, content_type: str = "", chunk: int = 65536, limits: Limits = SMALL
) -> list[Product]:
    """The products of a feed, of none where it is refused; each as it may be stored."""
    try:
        products = read_with(FeedReader(content_type, now=NOW, limits=limits), feed, chunk)
    except FeedError:
        return []
    for product in products:
        assert "\0" not in product.model_dump_json()
        assert len(product.sku) <= 100
        assert len(product.name) <= 400
        for url in (product.url, product.image_url):
            assert not url or url.lower().startswith(("http://", "https://"))
            assert len(url.encode()) <= LONGEST_URL
            assert "@" not in url.split("/")[2] if url else True
    return products


@st.composite
def elements(draw: st.DrawFn) -> str:
    tag, end = draw(st.sampled_from(_TAGS)), draw(st.sampled_from(_TAGS))
    end = tag if draw(st.integers(0, 9)) else end
    inside = draw(_TEXTS | st.lists(_TEXTS, max_size=2).map("<g:a>".join))
    return f"<{tag}>{inside}</{end}>"


@settings(max_examples=150)
@given(items=st.lists(st.lists(elements(), max_size=5).map("".join), max_size=4), cut=st.integers())
def test_any_items_are_products_or_a_feed_error(items: list[str], cut: int) -> None:
    feed = rss(*items).decode(errors="replace").encode()
    whole = kept(feed)
    assert kept(feed, chunk=7) == whole
    kept(feed[: cut % (len(feed) + 1)])


@settings(max_examples=100)
@given(rows=st.lists(st.lists(_TEXTS, max_size=6).map("\t".join), max_size=6))
def test_any_rows_are_products_or_a_feed_error(rows: list[str]) -> None:
    feed = TSV_START + "\r\n".join(rows).encode(errors="replace")
    whole = kept(feed)
    assert kept(feed, chunk=3) == whole
    kept(feed.decode().encode("utf-16"))


@settings(max_examples=100)
@given(
    name=st.sampled_from(SAMPLE_NAMES),
    changes=st.lists(st.tuples(st.integers(), st.binary(max_size=8)), min_size=1, max_size=6),
    packed=st.booleans(),
)
def test_damaged_feeds_are_products_or_a_feed_error(
    name: str, changes: list[tuple[int, bytes]], packed: bool
) -> None:
    feed = bytearray(gzip.compress(sample(name)) if packed else sample(name))
    for at, piece in changes:
        start = at % len(feed)
        feed[start : start + len(piece)] = piece
    kept(bytes(feed))


@settings(max_examples=60)
@given(st.binary(max_size=2000), st.sampled_from(["", "text/xml", "text/xml; charset=utf-16"]))
def test_any_bytes_are_products_or_a_feed_error(feed: bytes, content_type: str) -> None:
    for given_ in (feed, zlib.compress(feed), gzip.compress(feed), RSS_START + feed + RSS_END):
        kept(given_, content_type)


def _bomb(size: int, layers: int) -> bytes:
    bomb = b" " * size
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    return bomb


MIB = 1024**2
ATTACKS: dict[str, Callable[[], bytes]] = {
    "deep": lambda: RSS_START + b"<item>" + b"<g:a>" * 500_000,
    "deep outside": lambda: b"<rss>" + b"<a>" * 500_000,
    "one long line": lambda: TSV_START + b"A\t" + b"x" * (30 * MIB),
    "one long header": lambda: b"id\t" + b"x" * (30 * MIB),
    "many columns": lambda: b"id\t" + b"x\t" * (5 * MIB) + b"\n",
    "open quote": lambda: TSV_START + b'A\t"' + b"x\n" * (10 * MIB),
    "long attribute": lambda: RSS_START + b"<item a='" + b"x" * (30 * MIB) + b"'/>",
    "many attributes": lambda: RSS_START + b"<item " + b" ".join(
        b"a%d=''" % number for number in range(500_000)) + b"/>",
    "long comment": lambda: RSS_START + b"<!--" + b"x" * (30 * MIB) + b"-->",
    "long cdata": lambda: RSS_START + b"<item><![CDATA[" + b"x" * (30 * MIB),
    "long name": lambda: RSS_START + b"<item><" + b"x" * (30 * MIB) + b"/>",
    "many namespaces": lambda: RSS_START + b"".join(
        b"<a xmlns:n%d='u%d'>" % (n, n) for n in range(100_000)),
    "blank": lambda: b"\n" * (30 * MIB),
    "blank xml": lambda: RSS_START + b" " * (30 * MIB) + RSS_END,
    "bomb": lambda: _bomb(200 * MIB, 1),
    "bomb in a bomb": lambda: _bomb(200 * MIB, 2),
    "many members": lambda: gzip.compress(b"") * 100_000 + gzip.compress(b"id\nA\n"),
    "quadratic blowup": lambda: b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 100_000 + b'">]><rss>'
    + b"&a;" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_without_filling_the_memory(attack: str) -> None:
    feed = ATTACKS[attack]()
    tracemalloc.start()
    try:
        kept(feed, limits=Limits())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < _MOST_MEMORY


def test_an_item_has_a_deepest_level() -> None:
    deep = "<g:a>" * 100 + "</g:a>" * 100
    assert len(read(rss(f"<g:id>A</g:id>{deep}"))) == 1
    with pytest.raises(FeedError, match="nested more than 100 levels deep"):
        read(rss(f"<g:id>A</g:id><g:b>{deep}</g:b>"))


def test_the_limits_refuse_no_honest_feed() -> None:
    assert len(kept(rss("<g:id>A</g:id><g:title>Pot</g:title>"))) == 1
    assert [read(sample(name)) for name in SAMPLE_NAMES] == [kept(sample(n)) for n in SAMPLE_NAMES]
