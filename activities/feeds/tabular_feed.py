"""Reads tab-separated feeds piece by piece, as Python's `excel-tab` dialect understands them."""

import codecs
import csv
import io
from collections.abc import Iterable
from itertools import chain

from activities.feeds.attributes import attribute_name
from activities.feeds.errors import FeedError
from activities.feeds.item_texts import Field, ItemTexts
from activities.feeds.limits import Limits

NOT_A_FEED = "this is neither RSS, Atom nor tab-separated text"


class TabularFeed:
    """Bytes in, items out: each as clean texts by attribute name. The first row names the columns.

    `encoding` is one of Python's. `lines_before` were cut off.
    """

    def __init__(self, limits: Limits, encoding: str, lines_before: int = 0) -> None:
        decoder = codecs.getincrementaldecoder(encoding)()
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._encoding = encoding
        self._longest_row = limits.item_length
        self._line = lines_before
        self._columns: list[str] = []
        self._rest = ""

    def feed(self, piece: bytes) -> list[dict[str, str]]:
        """The items of the rows that end in `piece`. Raises `FeedError`."""
        text = self._rest + self._decoded(piece, final=False)
        lines, newline, begun = text.rpartition("\n")
        rows, open_row = self._rows(lines + newline)
        self._rest = open_row + begun
        if len(self._rest) > self._longest_row:
            raise FeedError(f"the row at line {self._line + 1} is longer than any item")
        return self._items(rows)

    def close(self) -> list[dict[str, str]]:
        """The last items. Raises `FeedError` where a quote is still open, or there was no row."""
        rows, open_row = self._rows(self._rest + self._decoded(b"", final=True))
        if open_row:
            raise FeedError(f"the quote at line {self._line + 1} is never closed")
        items = self._items(rows)
        if not self._columns:
            raise FeedError(NOT_A_FEED)
        return items

    def _decoded(self, piece: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(piece, final).replace("\0", "")
        except UnicodeDecodeError as error:
            before = self._rest.count("\n") + error.object.count(b"\n", 0, error.start)
            line = self._line + before + 1
            raise FeedError(f"line {line} is not {self._encoding} text, nor is it XML") from error

    def _rows(self, text: str) -> tuple[list[list[str]], str]:
        """The rows of some lines, and the lines of a last row whose quote is still open."""
        lines = list(io.StringIO(text, newline="\n"))
        rows: list[list[str]] = []
        read = 0
        # One line more: swallowed by an open quote, or else a row of its own.
        reader = csv.reader(chain(lines, [""]), dialect="excel-tab")
        try:
            for row in reader:
                if reader.line_num > len(lines):
                    break
                rows.append(row)
                read = reader.line_num
        except csv.Error as error:
            raise FeedError(f"the row at line {self._line + read + 1}: {error}") from error
        self._line += read
        return rows, "".join(lines[read:])

    def _items(self, rows: Iterable[list[str]]) -> list[dict[str, str]]:
        filled = (row for row in rows if any(cell.strip() for cell in row))
        items = []
        for row in filled:
            if self._columns:
                items.append(_item(self._columns, row))
            else:
                self._columns = _column_names(row)
        return items


def _column_names(row: list[str]) -> list[str]:
    names = [attribute_name(cell) for cell in row]
    if "id" in names:
        return names
    if len(names) == 1:
        raise FeedError(NOT_A_FEED)
    raise FeedError(f"the feed has no column id; its columns are {', '.join(names)[:200]}")


def _item(columns: list[str], row: list[str]) -> dict[str, str]:
    item = ItemTexts()
    # Rows may be shorter than the header, where the last cells are empty.
    for name, text in zip(columns, row, strict=False):
        field = Field(name)
        field.add(text)
        item.keep(field)
    return item.attributes()
