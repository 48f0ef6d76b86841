"""Waiting lists of other systems: how their files are read, and what each line asks for."""

from domain.imports.columns import Column, Columns
from domain.imports.errors import UnusableFileError
from domain.imports.lines import Asked, LineRules, Problem, ReadLine, read_lines
from domain.imports.report import report_heading, report_row
from domain.imports.table import MOST_BYTES, MOST_LINES, Table, too_long

__all__ = [
    "MOST_BYTES",
    "MOST_LINES",
    "Asked",
    "Column",
    "Columns",
    "LineRules",
    "Problem",
    "ReadLine",
    "Table",
    "UnusableFileError",
    "read_lines",
    "report_heading",
    "report_row",
    "too_long",
]
