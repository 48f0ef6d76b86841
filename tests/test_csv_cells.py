"""What is exported opens in a spreadsheet as text, and never as a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.requests.csv_cells import csv_line

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read_back(line: str) -> list[str]:
    return next(csv.reader(StringIO(line, newline="")))


@given(st.lists(texts, min_size=2, max_size=5))
def test_every_cell_comes_back_and_none_begins_a_formula(cells: list[str]) -> None:
    found = read_back(csv_line(cells))
    assert [cell.removeprefix("'") for cell in found] == [cell.removeprefix("'") for cell in cells]
    assert not any(cell.lstrip(" ").startswith(tuple("=+-@\t\r\n")) for cell in found)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])  # noqa: RUF001
def test_what_would_be_a_formula_is_led_by_an_apostrophe(begin: str) -> None:
    assert read_back(csv_line([f"{begin}1+1", "x"])) == [f"'{begin}1+1", "x"]


def test_a_plain_text_a_number_and_nothing_stay_as_they_are() -> None:
    assert csv_line(["a,b", 12, None, 'say "hi"']) == '"a,b",12,,"say ""hi"""\r\n'
