"""Feeds that are broken, cut off, no feeds, or attacks."""

import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
from feed_texts import (
    NOW,
    RSS_END,
    RSS_START,
    SAMPLE_NAMES,
    TSV_START,
    long_rss,
    long_tsv,
    read,
    read_with,
    rss,
    sample,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.feeds.errors import FeedError
from activities.feeds.item_texts import Field, ItemTexts
from activities.feeds.limits import Limits
from activities.feeds.reader import FeedReader
from activities.feeds.unpack import Unpacker

ITEM = "<g:id>A</g:id><g:title>Pot</g:title>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
        f'<!DOCTYPE rss [<!ENTITY big "{"x" * 50_000}">]>',
        '<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % ext SYSTEM "http://127.0.0.1:1/x.dtd"> %ext;]>',
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE rss>",
    ],
    ids=["laughs", "quadratic", "file", "parameter", "system", "empty"],
)
@pytest.mark.parametrize("chunk", [1, 65536])
def test_entities_cannot_even_be_declared(doctype: str, chunk: int) -> None:
    start = RSS_START.replace(b"<rss", doctype.encode() + b"<rss")
    item = f"<g:id>A</g:id><g:title>{'&l9;&big;&file;' * 100}</g:title>"
    with pytest.raises(FeedError, match="DOCTYPE"):
        read(rss(item, start=start), chunk=chunk)


def test_an_entity_that_is_not_declared_is_a_fault_of_the_feed() -> None:
    with pytest.raises(FeedError, match=r"line 3.*nbsp"):
        read(rss("<g:id>A</g:id><g:title>A&nbsp;B</g:title>"))


@pytest.mark.parametrize("name", [name for name in SAMPLE_NAMES if not name.endswith(".tsv")])
@settings(deadline=None)
@given(data=st.data())
def test_a_feed_that_is_cut_off_never_looks_whole(name: str, data: st.DataObject) -> None:
    feed = sample(name).rstrip()
    end = data.draw(st.integers(0, len(feed) - 1))
    with pytest.raises(FeedError):
        read(feed[:end])
    packed = gzip.compress(sample(name))
    with pytest.raises(FeedError):
        read(packed[: data.draw(st.integers(0, len(packed) - 1))])


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (RSS_START + b"<item>\n<g:id>A</id>\n</item>" + RSS_END, r"line 4.*mismatch"),
        (b"\n\n\n" + RSS_START + b"<item><g:id>A</id></item>" + RSS_END, r"line 6.*mismatch"),
        (rss(ITEM) + b"<b>Warning</b>: memory exhausted", r"line 5.*Extra content"),
        (rss(ITEM, start=RSS_START.replace(b"xmlns:g", b"xmlns:h")), r"line 3.*prefix g"),
        (rss("<g:id>A</g:id><g:title>\x01</g:title>"), "line 3"),
        (rss(ITEM).replace(b"Pot", b"\xff\xfe"), "well-formed"),
        (RSS_START.replace(b"?>", b' encoding="x-y"?>') + RSS_END, "line 1.*encoding"),
    ],
)
def test_xml_that_is_not_well_formed_is_refused_with_its_line(feed: bytes, said: str) -> None:
    with pytest.raises(FeedError, match=f"(?i){said}"):
        read(feed)
    with pytest.raises(FeedError, match=f"(?i){said}"):
        read(feed, chunk=1)


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"<!DOCTYPE html>\n<html><body>Not here</body></html>", "HTML page"),
        (b"\n<html lang=sv><body>Log in", "HTML page"),
        (
            b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML" "x"><html/>',
            "HTML page",
        ),
        (b"<!-- cache --><html><head></head></html>", "HTML page"),
        (b'<?xml version="1.0"?><products><product/></products>', "root is <products>"),
        (b'{"products": [\n{"id": 1}]}', "neither RSS, Atom nor tab-separated"),
        (b"id,title,price\n1,Pot,5", "neither RSS, Atom nor tab-separated"),
        (
            b"PK\x03\x04" + random.Random(1).randbytes(500),
            "line 1 is not utf-8 text, nor",
        ),
        (b"not a feed", "neither RSS, Atom nor tab-separated"),
        (b"sku\ttitle\nA\tPot\n", "no column id; its columns are sku, title"),
        (b'id\ttitle\nA\tPot\nB\t"open\nC\tPot\n', "quote at line 3 is never closed"),
        (b"id\ttitle\nA\tPot\nB\t\xff\n", "line 3 is not utf-8 text"),
        (b"id\ttitle\n" + b"A\tPot\n" * 10_000 + b"\xff\n", "line 10002 is not utf-8 text"),
        (b"id\ttitle\nA\tPot\nB\t" + b"x" * 200_000 + b"\nC\tPot\n", "line 3: field larger than"),
        (b'id\ttitle\nA\tPot\nB\t"' + b"x\n" * 100_000, "line 3: field larger than"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_feed_is_named(feed: bytes, said: str, packed: bool) -> None:
    with pytest.raises(FeedError, match=said) as refused:
        read(gzip.compress(feed) if packed else feed)
    assert not refused.value.temporary


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (gzip.compress(b"x")[:-1], "ends early"),
        (gzip.compress(b"x" * 1000)[:15], "ends early"),
        (gzip.compress(b"x")[:-8] + b"12345678", "is broken"),
        (gzip.compress(b"x") + b"more", "is broken"),
        (gzip.compress(gzip.compress(gzip.compress(b"x"))), "gzip in gzip in gzip"),
        (gzip.compress(gzip.compress(b"id\nA\n")[:-1]), "ends early"),
    ],
    # Not the bytes themselves: gzip writes the time into them.
    ids=["cut at its end", "cut in the middle", "wrong sum", "more behind", "thrice", "cut within"],
)
@pytest.mark.parametrize("chunk", [1, 65536])
def test_gzip_that_is_broken_or_ends_early_is_refused(feed: bytes, said: str, chunk: int) -> None:
    with pytest.raises(FeedError, match=said):
        read(feed, chunk=chunk)


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)), packer.flush()])


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["once", "twice"])
def test_a_gzip_bomb_is_recognised_long_before_it_is_unpacked(
    wrap: Callable[[bytes], bytes],
) -> None:
    bomb = wrap(zeros(128 << 20))
    sizes: list[int] = []

    def unpack() -> None:
        for piece in Unpacker(Limits()).feed(bomb):
            sizes.append(len(piece))

    with pytest.raises(FeedError, match="more than 300 times its size"):
        unpack()
    assert max(sizes) <= 64 << 10
    assert sum(sizes) <= max(16 << 20, 300 * len(bomb))


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "packed"])
def test_a_feed_has_a_largest_size(wrap: Callable[[bytes], bytes]) -> None:
    feed = rss(*[ITEM] * 100)
    exactly = FeedReader(now=NOW, limits=Limits(bytes=len(feed)))
    assert len(read_with(exactly, wrap(feed))) == 100
    with pytest.raises(FeedError, match=f"larger than {len(feed) - 1:,} bytes"):
        read_with(FeedReader(now=NOW, limits=Limits(bytes=len(feed) - 1)), wrap(feed))


def test_a_feed_has_a_largest_number_of_items() -> None:
    feed = rss(*[ITEM] * 100)
    assert len(read_with(FeedReader(now=NOW, limits=Limits(items=100)), feed)) == 100
    with pytest.raises(FeedError, match="more than 99 items"):
        read_with(FeedReader(now=NOW, limits=Limits(items=99)), feed)


@pytest.mark.parametrize(
    "feed",
    [
        rss("<g:id>A</g:id><g:title>" + "x" * 200_001 + "</g:title>"),
        rss("<g:id>A</g:id><g:title>" + "<b>x</b>" * 200_001 + "</g:title>"),
        rss("<g:id>A</g:id>" + "<x>y</x>" * 200_001),
        TSV_START + b"A" + b"\t" * 200_001,
    ],
    ids=["text", "nested", "many", "row"],
)
def test_an_item_has_a_largest_length(feed: bytes) -> None:
    with pytest.raises(FeedError, match="longer than"):
        read_with(FeedReader(now=NOW, limits=Limits(item_length=200_000)), feed)


def test_no_more_of_a_text_is_held_than_can_be_of_use() -> None:
    field = Field("description")
    for _ in range(1000):
        field.add("x" * 300)
    assert sum(map(len, field.pieces)) < 11_000


def test_no_more_attributes_are_held_than_can_be_of_use() -> None:
    texts = ItemTexts()
    for number in range(1500):
        texts.keep(Field(f"attribute_{number}", pieces=["x"]))
    assert len(texts.attributes()) == 1000


@pytest.mark.parametrize(
    "part",
    ["<x{}/>", "<x y{}=''/>", "<x xmlns:y='u{}'/>", "<x xmlns:y{}='u'/>", "<?x{} ?>"],
)
def test_a_feed_has_only_so_many_different_names(part: str) -> None:
    with pytest.raises(FeedError, match="more than 5,000 different names"):
        read(RSS_START + "".join(map(part.format, range(5001))).encode() + RSS_END)


@contextmanager
def growing_by_less_than(mebibytes: int) -> Iterator[None]:
    """Only for what is many times larger: memory of others may come and go meanwhile."""
    before = psutil.Process().memory_info().rss
    yield
    assert (psutil.Process().memory_info().rss - before) >> 20 < mebibytes


@pytest.mark.parametrize("written", [long_rss, long_tsv])
def test_memory_does_not_grow_with_the_number_of_items(
    written: Callable[[int], Iterator[bytes]],
) -> None:
    feed_all(FeedReader(now=NOW), written(1_000))
    reader = FeedReader(now=NOW)
    with growing_by_less_than(24):
        feed_all(reader, written(50_000))
    reader.close()
    assert reader.items == 50_000


def feed_all(reader: FeedReader, feed: Iterator[bytes]) -> None:
    for chunk in feed:
        reader.feed(chunk)


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A sample with some bytes in the place of others."""
    feed = sample(name)
    start, length = draw(st.integers(0, len(feed))), draw(st.integers(0, 50))
    return feed[:start] + draw(st.binary(max_size=20)) + feed[start + length :]


@settings(deadline=None)
@given(st.binary(max_size=300) | st.sampled_from(SAMPLE_NAMES).flatmap(damaged))
def test_any_bytes_are_a_feed_or_a_feed_error(feed: bytes) -> None:
    for given_ in (feed, b"<rss>" + feed, TSV_START + feed, gzip.compress(feed)):
        for content_type in ("", "text/xml; charset=utf-16", "charset=cp1252"):
            with suppress(FeedError):
                read(given_, content_type)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_content_type_is_taken(content_type: str) -> None:
    assert len(read(rss(ITEM), f"text/xml; {content_type}")) == 1
    assert len(read(rss(ITEM), f"text/xml; charset={content_type}")) == 1
