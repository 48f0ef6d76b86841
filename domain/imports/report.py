"""The report of rejected lines, as a file that a spreadsheet opens without harm."""

import csv
import io
from collections.abc import Sequence

from domain.imports.lines import Problem

# What makes a spreadsheet take a cell for a formula.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def report_heading(names: Sequence[str]) -> str:
    """The first line of the report: the columns of the file, after our two."""
    return _line(["line", "reason", *names])


def report_row(number: int, problems: Sequence[Problem], cells: Sequence[str]) -> str:
    """One rejected line: its number, all that is wrong with it, and its cells."""
    return _line([str(number), "; ".join(str(each) for each in problems), *cells])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
