"""A file of comma-, semicolon- or tab-separated lines, whatever program wrote it."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.imports.errors import UnusableFileError

MOST_BYTES = 20 * 1024**2
MOST_LINES = 200_000
"""How long a file may be; its first line, which names the columns, is not counted."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t"
_LONGEST_HEADING = 64 * 1024


@dataclass(frozen=True)
class Table:
    """The text of a file, and what stands between its cells."""

    text: str
    delimiter: str

    @classmethod
    def of(cls, content: bytes) -> "Table":
        """A file, by its bytes. Raises `UnusableFileError`."""
        text = _text(content)
        if not text.strip():
            raise UnusableFileError("The file is empty.")
        start = text[:_LONGEST_HEADING]
        # A NUL in another line spoils that alone.
        if "\0" in start.lstrip().partition("\n")[0]:
            raise UnusableFileError("This is no text file. Save the table as CSV, then try again.")
        return cls(text, max(_DELIMITERS, key=lambda each: len(_first(start, each))))

    @property
    def heading(self) -> tuple[str, ...]:
        """The cells of the first line, which names the columns."""
        return tuple(cell.strip() for cell in _first(self.text[:_LONGEST_HEADING], self.delimiter))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows after the first, each with the number of the line in the file it begins on.

        Rows without any text are left out. Raises `UnusableFileError` in the middle.
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        begins, count, is_heading = 1, 0, True
        try:
            for row in reader:
                if is_heading and any(row):
                    is_heading = False
                elif not is_heading and any(cell.strip() for cell in row):
                    count += 1
                    if count > MOST_LINES:
                        raise UnusableFileError(too_long())
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error:
            raise UnusableFileError(
                f"The text that begins on line {begins} has no end: is a quotation mark missing?"
            ) from None


def too_long() -> str:
    """What to say of a file that is too long."""
    return (
        f"The file is too long: {MOST_BYTES // 1024**2} MiB and {MOST_LINES:,} lines are the most. "
        "Split it."
    )


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise UnusableFileError(too_long())
    for bom, charset in _BOMS.items():
        if content.startswith(bom):
            # A lone surrogate spoils its line, not the file.
            return _decoded(content, charset, "surrogatepass")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "cp1252", "strict")


def _decoded(content: bytes, charset: str, errors: str) -> str:
    try:
        return content.decode(charset, errors)
    except UnicodeDecodeError:
        raise UnusableFileError(
            "The file is written in none of UTF-8, UTF-16 and Windows-1252. Save it as UTF-8."
        ) from None


def _first(text: str, delimiter: str) -> Sequence[str]:
    """The cells of the first row that has any."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return next((row for row in reader if any(row)), [])
    except csv.Error:
        return []
