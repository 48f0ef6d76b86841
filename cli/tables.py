"""Rows as a table on standard output."""

from collections.abc import Sequence
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from store.database import Row

_WIDEST = 400


def show(rows: Sequence[Row], columns: Sequence[str], when_empty: str) -> None:
    """Print some columns of rows, or what to say when there are none."""
    if not rows:
        typer.echo(when_empty)
        return
    table = Table(*(column.replace("_", " ") for column in columns), box=None)
    for row in rows:
        table.add_row(*(_text(row[column]) for column in columns))
    print_table(table)


def print_table(table: Table) -> None:
    """Print a table, cut to a terminal's width, whole where another program reads it."""
    terminal = Console()
    wide = terminal if terminal.is_terminal else Console(width=_WIDEST)
    wide.print(table)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else str(value)
