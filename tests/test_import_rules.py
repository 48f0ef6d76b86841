"""Waiting lists of other systems: how files are read, and which lines are taken."""

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import STORES

from domain.catalog import VOYADO_APP_ID
from domain.imports import (
    MOST_LINES,
    Column,
    Columns,
    LineRules,
    Problem,
    ReadLine,
    Table,
    UnusableFileError,
    read_lines,
    report_heading,
    report_row,
)
from domain.imports.columns import known_names

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = LineRules(
    app_id="", collecting=frozenset({STORES, VOYADO_APP_ID}), now=NOW, zone=ZoneInfo("UTC")
)
# What a cell of a CSV file can hold and be told from another.
cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def lines(text: str | bytes, **rules: Any) -> list[ReadLine]:
    content = text.encode() if isinstance(text, str) else text
    table = Table.of(content)
    with_rules = LineRules(**{**vars(RULES), **rules})
    return list(read_lines(table, Columns.of(table.heading), with_rules))


def line(text: str, **rules: Any) -> ReadLine:
    [only] = lines(text, **rules)
    return only


def problems(text: str, **rules: Any) -> list[Problem]:
    return list(line(text, **rules).problems)


def written(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@given(
    st.lists(st.tuples(cells, cells, cells), max_size=5),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_file_is_read_whatever_wrote_it(
    rows: list[tuple[str, str, str]], delimiter: str, charset: str
) -> None:
    given_rows = [list(row) for row in rows]
    # The text of a file without a mark may begin with one by chance.
    text = written([["email", "sku", "note"], *given_rows], delimiter)
    table = Table.of(text.encode(charset))
    assert table.heading == ("email", "sku", "note")
    kept = [row for row in given_rows if any(cell.strip() for cell in row)]
    assert [row for _, row in table.rows()] == kept


@given(st.lists(cells, min_size=2, max_size=6))
def test_a_line_has_the_number_it_has_in_the_file(texts: list[str]) -> None:
    rows = [["kim@example.com", text] for text in texts]
    content = written([["email", "sku"], *rows], ",")
    starts = [number for number, _ in Table.of(content.encode()).rows()]
    in_file = io.StringIO(content, newline="").readlines()
    assert [in_file[start - 1].startswith('"kim@example.com"') for start in starts] == [True] * len(
        rows
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    with suppress(UnusableFileError):
        for each in lines(b"email,sku\n" + content):
            assert (each.asked is None) == bool(each.problems)


@given(
    st.fixed_dictionaries(
        {
            "email": cells | st.just("kim@example.com"),
            "sku": cells | st.just("A"),
            "product id": cells,
            "variant id": cells,
            "options": cells | st.just('{"a": 1}'),
            "app id": cells | st.just(STORES),
            "locale": cells,
            "external id": cells,
            "quantity": cells,
            "item name": cells,
            "price": cells,
            "image": cells,
            "url": cells,
            "date": cells,
        }
    )
)
def test_a_line_is_taken_or_says_which_column_is_wrong(row: dict[str, str]) -> None:
    content = written([list(row), list(row.values())], ",")
    for each in lines(content):
        assert (each.asked is None) == bool(each.problems)
        assert all(problem.column in {*row, *Column} for problem in each.problems)
        if each.asked:
            assert each.asked.created_date <= NOW
            assert each.asked.created_date.microsecond % 1000 == 0


def test_windows_1252_is_read_where_a_file_is_no_utf_8() -> None:
    content = "email;sku;product\r\nkim@example.com;A;Blå påse\r\n".encode("cp1252")
    [only] = lines(content)
    assert only.asked
    assert only.asked.wanted.item.name == "Blå påse"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"  \n ", "The file is empty."),
        (b"PK\x03\x04\0\0", "Save the table as CSV"),
        (b"\x81\x8d", "Save it as UTF-8"),
        (b"name,sku\nKim,A", "none of them names the shopper's address"),
        (b"email,name\nkim@example.com,Kim", "none of them names the item"),
        (b'email,sku\nkim@example.com,"A' + b"x" * 200_000, "begins on line 2 has no end"),
        (b"email,sku\n" + b"a,b\n" * (MOST_LINES + 1), "20 MiB and 200,000 lines are the most"),
        (b"x" * (20 * 1024**2 + 1), "20 MiB and 200,000 lines are the most"),
    ],
    ids=lambda value: value[:10] if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, words: str) -> None:
    with pytest.raises(UnusableFileError, match=words):
        lines(content)


@pytest.mark.parametrize("column", list(Column))
def test_a_column_is_known_by_its_names_however_they_are_written(column: Column) -> None:
    for name in known_names(column):
        for spelt in (name, name.upper(), name.replace(" ", "_"), name.title().replace(" ", "")):
            columns = Columns.of(["e-mail", "SKU", spelt])
            first = {Column.EMAIL: 0, Column.SKU: 1}.get(column, 2)
            assert columns.places[column] == first


@pytest.mark.parametrize(
    "heading",
    [
        "Email,Product ID,Variant ID,Product Title,Created At",  # apps of Shopify
        "$email,Variant ID,Event Timestamp",  # Klaviyo
        "product_id;variation_id;email;date_added;language",  # WooCommerce
        "id_product,id_product_attribute,customer_email,date_add",  # PrestaShop
    ],
)
def test_what_other_systems_export_is_understood(heading: str) -> None:
    table = Table.of(heading.encode())
    assert Column.EMAIL in Columns.of(table.heading).places


def test_of_two_columns_that_say_the_same_the_first_counts() -> None:
    columns = Columns.of(["Email", "Customer email", "sku", "Note"])
    assert columns.places[Column.EMAIL] == 0
    assert columns.unused == ["Customer email", "Note"]


def test_a_whole_line_becomes_what_the_shopper_asked_for() -> None:
    asked = line(
        "Email,Product ID,Variant ID,SKU,App ID,Locale,Quantity,Product,Price,Image,URL,Date\n"
        f" Kim@Example.com ,orchid,blue,S-1,{STORES},sv-SE,2,Blue Orchid,75.00,"
        "https://x.test/a.jpg,https://x.test/a,2026-03-31 18:05:01.1239+02:00\n"
    ).asked
    assert asked
    wanted = asked.wanted
    assert (wanted.email, wanted.locale, wanted.quantity) == ("Kim@example.com", "sv-SE", 2)
    assert wanted.reference.model_dump() == {
        "app_id": STORES,
        "catalog_item_id": "orchid",
        "options": {"variantId": "blue"},
    }
    assert (wanted.item.name, wanted.item.price) == ("Blue Orchid", "75.00")
    assert (wanted.item.image_url, wanted.item_url) == ("https://x.test/a.jpg", "https://x.test/a")
    assert asked.created_date == datetime(2026, 3, 31, 16, 5, 1, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "app_id", "item", "options"),
    [
        ("email,sku\na@b.se,S-1", VOYADO_APP_ID, "S-1", None),
        ("email,variant id\na@b.se,V-1", VOYADO_APP_ID, "V-1", None),
        ("email,sku,variant id\na@b.se,S-1,V-1", VOYADO_APP_ID, "S-1", None),
        (f"email,item id,sku,app id\na@b.se,I,S-1,{STORES}", STORES, "I", {"sku": "S-1"}),
        (f"email,item id,app id\na@b.se,I,{STORES}", STORES, "I", None),
        (
            f'email,item id,options,variant id,app id\na@b.se,I,"{{""a"":1}}",V,{STORES}',
            STORES,
            "I",
            {"a": 1, "variantId": "V"},
        ),
    ],
)
def test_an_item_is_named_by_its_id_or_by_its_sku(
    text: str, app_id: str, item: str, options: Any
) -> None:
    asked = line(text).asked
    assert asked
    reference = asked.wanted.reference
    assert (reference.app_id, reference.catalog_item_id) == (app_id, item)
    assert reference.options == options


def test_the_app_that_was_chosen_counts_where_a_line_names_none() -> None:
    text = f"email,sku,app id\na@b.se,S,\na@b.se,S,{VOYADO_APP_ID}\n"
    apps = [each.asked.wanted.reference.app_id for each in lines(text, app_id=STORES) if each.asked]
    assert apps == [STORES, VOYADO_APP_ID]


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("Email,sku\n,A", "Email", "is missing"),
        ("E-Mail,sku\nkim,A", "E-Mail", "@-sign"),
        ("email,sku\na\0@b.se,A", "email", "NUL"),
        ("email,sku\na@b.se,", "item id", "which item"),
        ("email,Product ID\na@b.se,A", "app id", "whose item"),
        ("email,sku,App\na@b.se,A,x\nb@b.se,A,x,y", "", "has 4 cells, but there are 3 columns"),
        ("email,sku,app id\na@b.se,A,other", "app id", "not collected"),
        (f"email,item id\na@b.se,{'A' * 37}", "item id", "longer than 36"),
        (f"email,sku\na@b.se,{'A' * 101}", "sku", "longer than 100"),
        (f"email,SKU,app id\na@b.se,{'A' * 37},{STORES}", "SKU", "longer than 36"),
        ("email,sku,locale\na@b.se,A,svenska", "locale", "no locale"),
        ("email,sku,qty\na@b.se,A,0", "qty", "whole number"),
        ("email,sku,qty\na@b.se,A,1.5", "qty", "whole number"),
        ("email,sku,options\na@b.se,A,blue", "options", "JSON object"),
        ("email,sku,price\na@b.se,A,75 kr", "price", "decimal number"),
        ("email,sku,link\na@b.se,A,javascript:x", "link", "http"),
        ("email,sku,image\na@b.se,A,x", "image", "http"),
        (f"email,sku,product\na@b.se,A,{'x' * 401}", "product", "longer than 400"),
        ("email,sku,date\na@b.se,A,31/12/2025", "date", "must be a date such as"),
        ("email,sku,date\na@b.se,A,2026-13-01", "date", "must be a date such as"),
        ("email,sku,date\na@b.se,A,0001-01-01", "date", "before the year 2000"),
        ("email,sku,date\na@b.se,A,2026-11-22", "date", "is in the future"),
    ],
)
def test_a_line_that_is_wrong_says_what_is_wrong_with_which_column(
    text: str, column: str, words: str
) -> None:
    found = lines(text)[-1].problems
    assert [problem.column for problem in found] == [column]
    assert words in found[0].text


def test_a_lone_surrogate_spoils_its_line_alone() -> None:
    text = "email,sku\na@b.se,A\ud800\nb@b.se,B\n".encode("utf-16", "surrogatepass")
    spoilt, fine = lines(text)
    assert [problem.text for problem in spoilt.problems]
    assert fine.asked


def test_all_that_is_wrong_with_a_line_is_said_at_once() -> None:
    found = problems("email,sku,qty,price\nkim,A,x,y")
    assert [problem.column for problem in found] == ["email", "qty", "price"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", "2026-03-30T22:00:00.002+00:00"),
        ("2026-03-31 18:05", "2026-03-31T16:05:00+00:00"),
        ("2026-03-31T18:05:00Z", "2026-03-31T18:05:00+00:00"),
        ("2026-03-31 18:05:00 UTC", "2026-03-31T18:05:00+00:00"),
        ("2026-03-31 18:05:00 +0200", "2026-03-31T16:05:00+00:00"),
    ],
)
def test_a_date_is_of_the_shops_clock_where_it_does_not_say(text: str, moment: str) -> None:
    asked = line(f"email,sku,date\na@b.se,A,{text}", zone=ZoneInfo("Europe/Stockholm")).asked
    assert asked
    assert asked.created_date == datetime.fromisoformat(moment)


def test_what_is_too_old_to_be_kept_is_not_taken_over() -> None:
    text = "email,sku,date\na@b.se,A,2026-08-01\na@b.se,B,2026-11-01\n"
    old, kept = lines(text, oldest=NOW - timedelta(days=90))
    assert "longer ago than your policy" in old.problems[0].text
    assert kept.asked


@given(st.sampled_from(["", "2026-03-31", "2026-11-21"]), st.integers(2, 9))
def test_lines_without_an_hour_keep_the_order_of_the_file(date: str, count: int) -> None:
    rows = "".join(f"a{number}@b.se,A,{date}\n" for number in range(count))
    asked = [each.asked.created_date for each in lines(f"email,sku,date\n{rows}") if each.asked]
    assert len(asked) == count
    assert asked == sorted(set(asked))


@given(st.lists(cells, max_size=4), st.integers(2, 10**6))
def test_the_report_holds_no_formula_and_loses_no_cell(texts: list[str], number: int) -> None:
    text = report_row(number, [Problem("=email", "is wrong"), Problem("", "so is that")], texts)
    [row] = csv.reader(io.StringIO(text, newline=""))
    assert row[:2] == [str(number), "'=email: is wrong; so is that"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)
    assert all(shown in (cell, f"'{cell}") for shown, cell in zip(row[2:], texts, strict=True))


def test_the_report_has_the_columns_of_the_file() -> None:
    assert report_heading(["Email", "=SKU"]) == "line,reason,Email,'=SKU\r\n"
