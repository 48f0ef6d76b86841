"""Product feeds as shop systems write them, in every format and encoding they use."""

import codecs
import gzip
from itertools import pairwise

import pytest
from feed_texts import (
    NOW,
    SAMPLE_NAMES,
    TSV_START,
    item_of,
    read,
    read_with,
    rss,
    sample,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.feeds.reader import FeedReader
from domain.products import Availability

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK


def test_shopifys_feed_has_variants_with_a_group_and_cdata() -> None:
    small, large, ghost = read(sample("shopify.xml"))
    assert small.sku == "shopify_SE_8012345678901_44012345678901"
    assert (small.group, large.group) == ("8012345678901", "8012345678901")
    assert small.name == "Blue Orchid - 12 cm / White pot"
    assert (small.price, small.currency) == ("199.00", "SEK")
    assert (large.price, large.currency) == ("399.00", "SEK")
    assert (small.availability, large.availability) == (IN, OUT)
    assert ghost.availability == Availability.PREORDER
    assert small.url.endswith("?variant=44012345678901&country=SE&currency=SEK")
    assert small.image_url == (
        "https://cdn.orchid-house.example/s/files/1/0001/blue.jpg?v=1718000000&width=1000"
    )
    assert ghost.image_url == ""


def test_every_attribute_is_kept_as_data_by_its_plain_name() -> None:
    small, *_ = read(sample("shopify.xml"))
    assert small.data["brand"] == "Orchid House"
    assert small.data["size"] == "12 cm"
    assert small.data["description"].startswith("<p>A <strong>blue</strong> orchid,")
    assert small.data["sale_price"] == "199.00 SEK"
    assert small.data["additional_image_link"].endswith("blue-2.jpg")
    assert (small.data["shipping.country"], small.data["shipping.price"]) == ("SE", "49.00 SEK")
    assert "margin" not in small.data


def test_woocommerces_feed_escapes_twice_and_begins_with_blank_lines() -> None:
    reader = FeedReader(now=NOW)
    pot, can, card = read_with(reader, sample("woocommerce.xml"))
    assert pot.name == 'Übertopf & Untersetzer \N{EN DASH} "Ton"'
    assert pot.url == (
        "https://toepfe.example/produkt/uebertopf/?attribute_pa_farbe=terracotta&utm_source=google"
    )
    assert pot.image_url == "https://toepfe.example/wp-content/uploads/2026/01/übertopf%20ton.jpg"
    assert (pot.price, pot.currency, pot.availability) == ("999.00", "EUR", IN)
    assert (can.price, can.currency, can.availability) == ("24.90", "EUR", OUT)
    assert (card.price, card.url, card.availability) == ("", "", Availability.BACKORDER)
    assert (reader.items, reader.skipped) == (4, 1)
    assert reader.problems == [
        "item 3: has no id",
        "item 4 (sku 1510): price 'ab 10,00 EUR' is not a price; link must be an http or https URL",
    ]


def test_magentos_atom_feed_has_links_as_attributes_and_ids_of_its_own() -> None:
    large, small = read(sample("magento.atom"))
    assert (large.sku, large.group) == ("24-TR01-L", "24-TR01")
    assert large.name == "Argus Trowel"
    assert large.url == "https://luma.example/argus-trowel.html?___store=en&size=L"
    assert (large.price, large.currency, large.availability) == ("45.00", "USD", IN)
    assert large.data["summary"] == "A steel trowel."
    assert (small.sku, small.price, small.availability) == (
        "24-TR01-S",
        "1045.00",
        Availability.BACKORDER,
    )


def test_prestashops_tabular_feed_has_free_column_names_quotes_and_short_rows() -> None:
    reader = FeedReader(now=NOW)
    small, large, vase, soil = read_with(reader, sample("prestashop.tsv"))
    assert small.name == 'Orchidée "Bleue", 12 cm'
    assert small.data["description"] == "Une orchidée bleue"
    assert (small.price, small.currency, small.availability) == ("1299.00", "EUR", IN)
    assert small.image_url == "https://fleurs.example/101/large.jpg"
    assert small.data["additional_image_link"] == "https://fleurs.example/101/b.jpg"
    assert (large.group, large.price, large.availability) == ("FR-101", "29.90", OUT)
    assert (vase.name, vase.group, vase.availability) == ('Vase 5" haut', "", IN)
    assert (soil.price, soil.availability) == ("", OUT)
    assert reader.problems == [
        "item 4 (sku FR-103): price '-1.00 EUR' is not a price; "
        "availability 'disponible' is not known"
    ]


def test_blank_rows_and_nul_characters_of_a_table_mean_nothing() -> None:
    reader = FeedReader(now=NOW)
    feed = b"\t\r\nid\tcol\0our\r\n\r\n\t\r\n \t \r\nA\tr\0ed\r\n\0\r\n"
    [product] = read_with(reader, feed)
    assert product.data == {"id": "A", "colour": "red"}
    assert (reader.items, reader.skipped) == (1, 0)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 300))
def test_products_are_the_same_whatever_the_chunks_and_however_they_are_packed(
    name: str, size: int
) -> None:
    feed = sample(name)
    whole = read(feed)
    assert read(feed, chunk=size) == whole
    packed = gzip.compress(feed, mtime=0)
    assert read(packed, chunk=size) == whole
    assert read(gzip.compress(packed, mtime=0), chunk=size) == whole


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 90_000), max_size=8, unique=True).map(sorted))
def test_a_large_feed_may_be_cut_anywhere(cuts: list[int]) -> None:
    for feed in LARGE:
        reader = FeedReader(now=NOW)
        parts = [feed[start:end] for start, end in pairwise([0, *cuts, len(feed)])]
        products = [product for part in parts for product in reader.feed(part)]
        assert [product.sku for product in products + reader.close()] == LARGE_SKUS


LARGE_SKUS = [f"sku-{number}" for number in range(700)]
LARGE = [
    rss(*(f"<g:id>{sku}</g:id><title>Blå \N{ROSE} &amp; {'x' * 80}</title>" for sku in LARGE_SKUS)),
    TSV_START
    + "".join(f'{sku}\t"Blå\r\n""\N{ROSE}"" {"x" * 80}"\t1\r\n' for sku in LARGE_SKUS).encode(),
]


def test_gzip_may_come_in_several_members_and_be_padded() -> None:
    feed = sample("shopify.xml")
    members = gzip.compress(feed[:500]) + gzip.compress(feed[500:])
    assert read(members) == read(members + b"\0" * 100, chunk=7) == read(feed)


WITH_UMLAUTS = "id\ttitle\r\nA\tGrüner Übertopf\r\n"
XML_WITH_UMLAUTS = rss("<g:id>A</g:id><title>Grüner Übertopf</title>").decode()


@pytest.mark.parametrize(
    ("feed", "content_type"),
    [
        (WITH_UMLAUTS.encode(), ""),
        (codecs.BOM_UTF8 + WITH_UMLAUTS.encode(), "text/plain; charset=ISO-8859-1"),
        (WITH_UMLAUTS.encode("utf-16"), "text/tab-separated-values"),
        (codecs.BOM_UTF16_BE + WITH_UMLAUTS.encode("utf-16-be"), ""),
        (WITH_UMLAUTS.encode("latin-1"), 'text/plain; charset="ISO-8859-1"'),
        (WITH_UMLAUTS.encode("cp1252"), "text/plain;charset=windows-1252"),
        (XML_WITH_UMLAUTS.encode(), "application/rss+xml; charset=nonsense"),
        (codecs.BOM_UTF8 + b"\r\n" + XML_WITH_UMLAUTS.encode(), "text/xml; charset=ISO-8859-1"),
        (XML_WITH_UMLAUTS.encode("latin-1"), "text/xml; charset=iso-8859-1"),
        (XML_WITH_UMLAUTS.encode("utf-16"), "text/xml"),
        (XML_WITH_UMLAUTS.encode("utf-16-le"), "text/xml"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65536])
def test_encodings_are_taken_from_the_mark_or_from_the_content_type(
    feed: bytes, content_type: str, chunk: int
) -> None:
    [product] = read(feed, content_type, chunk)
    assert product.name == "Grüner Übertopf"


def test_the_xml_declaration_is_believed_rather_than_the_content_type() -> None:
    declared = XML_WITH_UMLAUTS.replace("?>", ' encoding="ISO-8859-1"?>', 1).encode("latin-1")
    [product] = read(declared, "text/xml; charset=utf-8")
    assert product.name == "Grüner Übertopf"


@pytest.mark.parametrize(
    "namespace",
    [
        "http://base.google.com/ns/1.0/",
        "https://base.google.com/ns/1.0",
        "http://Base.Google.com/ns/1.0",
    ],
)
def test_googles_namespace_is_known_under_any_prefix_and_in_the_spellings_met(
    namespace: str,
) -> None:
    start = f'<rss xmlns:google="{namespace}" xmlns:g="http://vendor.example"><channel>'.encode()
    item = "<google:id>A</google:id><google:title>Pot</google:title><g:title>No</g:title>"
    [product] = read(rss(item, start=start))
    assert (product.sku, product.name) == ("A", "Pot")


def test_googles_elements_win_over_those_of_rss_and_the_first_of_several_is_kept() -> None:
    item = "<title>Of RSS</title><g:id>A</g:id><g:title> </g:title><g:title>Of Google</g:title>"
    item += "<g:title>Later</g:title><id>no</id><link>https://x.test/1</link>"
    [product] = read(rss(item))
    assert (product.sku, product.name, product.url) == ("A", "Of Google", "https://x.test/1")


def test_elements_of_rss_alone_are_enough() -> None:
    [product] = read(rss("<id>A</id><title>Pot</title><availability>in stock</availability>"))
    assert (product.sku, product.name, product.availability) == ("A", "Pot", IN)


def test_what_is_nested_in_another_attribute_is_not_the_items_own() -> None:
    item = "<g:shipping><g:id>S</g:id><g:price>1 SEK</g:price></g:shipping><g:id>A</g:id>"
    [product] = read(rss(item))
    assert (product.sku, product.price) == ("A", "")
    assert product.data == {"shipping.id": "S", "shipping.price": "1 SEK", "id": "A"}


def test_long_texts_are_cut_and_attributes_have_a_number() -> None:
    long = {f"custom_{number}": "x" for number in range(150)}
    product = item_of(title="ab " * 300, description="x" * 5000, price="1.00 SEK", **long)
    assert len(product.name) == 400
    assert len(product.data["description"]) == 1000
    assert len(product.data) == 100


def test_an_item_without_a_usable_id_is_skipped_and_told() -> None:
    reader = FeedReader(now=NOW)
    feed = rss(f"<g:id>{'x' * 101}</g:id>", f"<g:id>{'y' * 100}</g:id>", "<title>Pot</title>")
    [product] = read_with(reader, feed)
    assert product.sku == "y" * 100
    assert (reader.items, reader.skipped) == (3, 2)
    assert "its id is longer than 100 characters" in reader.problems[0]
    assert reader.problems[2] == "item 3: has no id"


def test_only_the_first_problems_are_told() -> None:
    reader = FeedReader(now=NOW)
    assert len(read_with(reader, rss(*(f"<g:id>{number}</g:id>" for number in range(50))))) == 50
    assert len(reader.problems) == 20
    assert reader.problems[19] == "item 20 (sku 19): has no availability"
    assert reader.skipped == 0


def test_an_id_that_comes_twice_is_given_twice() -> None:
    assert [product.name for product in read(rss(*TWICE))] == ["First", "Second"]


TWICE = ("<g:id>A</g:id><title>First</title>", "<g:id>A</g:id><title>Second</title>")


def test_a_feed_without_items_is_a_feed() -> None:
    assert read(rss()) == []
    assert read(TSV_START) == []
    assert read(b'<feed xmlns="http://www.w3.org/2005/Atom"/>') == []
