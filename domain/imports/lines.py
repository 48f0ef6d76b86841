"""What one line of a waiting list asks for, or what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain.catalog import VOYADO_APP_ID, Wanted
from domain.fields import LONGEST_ITEM_ID
from domain.imports.cells import Cells
from domain.imports.columns import Column, Columns
from domain.imports.moments import asked_moment, in_milliseconds, is_a_whole_day
from domain.imports.table import MOST_LINES, Table
from domain.json_values import bounded_json


class Problem(NamedTuple):
    """What is wrong with a line, in which column; a line as a whole has no column."""

    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.column}: {self.text}" if self.column else self.text


@dataclass(frozen=True)
class LineRules:
    """What the lines of one file are judged by.

    `app_id`: of lines that name none. `collecting`: the apps for which requests are taken. `now`:
    when the file came. `oldest`: since when requests are kept; None keeps them for ever. `zone`:
    of dates that do not say. `locale`: of items that are named by their SKU, whose product data is
    kept by locale; empty where the shop has none.
    """

    app_id: str
    collecting: frozenset[str]
    now: datetime
    zone: tzinfo
    oldest: datetime | None = None
    locale: str = ""


@dataclass(frozen=True)
class Asked:
    """What a shopper asked for, and when."""

    wanted: Wanted
    created_date: datetime


@dataclass(frozen=True)
class ReadLine:
    """A line of a file: its number, its cells, and what it asks for or what is wrong with it."""

    number: int
    cells: Sequence[str]
    email: str
    asked: Asked | None
    problems: Sequence[Problem] = ()


def read_lines(table: Table, columns: Columns, rules: LineRules) -> Iterator[ReadLine]:
    """The lines of a file, one by one. Raises `UnusableFileError` in the middle."""
    for number, row in table.rows():
        email = columns.cells(row).get(Column.EMAIL, "")
        asked = _asked(number, row, columns, rules)
        if isinstance(asked, Asked):
            yield ReadLine(number, row, email, asked)
        else:
            yield ReadLine(number, row, email, None, asked)


def _asked(
    number: int, row: Sequence[str], columns: Columns, rules: LineRules
) -> Asked | list[Problem]:
    if any(cell.strip() for cell in row[len(columns.names) :]):
        return [Problem("", f"has {len(row)} cells, but there are {len(columns.names)} columns")]
    try:
        cells = Cells.model_validate(columns.cells(row))
    except ValidationError as error:
        return [_problem(each, columns) for each in error.errors(include_url=False)]
    problems = [*_wrong_item(cells, columns, rules)]
    created = _created_date(number, cells, columns, rules)
    if isinstance(created, Problem):
        return [*problems, created]
    return problems or Asked(_wanted(cells, rules), created)


def _wanted(cells: Cells, rules: LineRules) -> Wanted:
    app_id = _app_id(cells, rules)
    of_shop = rules.locale if app_id == VOYADO_APP_ID else ""
    return Wanted(
        reference=cells.reference(app_id),
        email=cells.email,
        item=cells.item(),
        item_url=cells.url,
        locale=cells.locale or of_shop or None,
        external_id=cells.external_id,
        quantity=cells.quantity,
    )


def _app_id(cells: Cells, rules: LineRules) -> str:
    """The app a line is of; an item that is named by its SKU alone needs none."""
    return cells.app_id or rules.app_id or ("" if cells.item_id else VOYADO_APP_ID)


def _wrong_item(cells: Cells, columns: Columns, rules: LineRules) -> Iterator[Problem]:
    app_id = _app_id(cells, rules)
    name = cells.item_id or cells.sku or cells.variant
    if not name:
        yield Problem(columns.name(Column.ITEM_ID), "is missing: which item does the shopper want?")
    elif not app_id:
        yield Problem(columns.name(Column.APP_ID), "is missing: whose item is it?")
    elif app_id not in rules.collecting:
        yield Problem(columns.name(Column.APP_ID), "requests are not collected for this app")
    elif app_id != VOYADO_APP_ID and len(name) > LONGEST_ITEM_ID:
        where = Column.SKU if cells.sku else Column.VARIANT
        yield Problem(columns.name(where), f"must not be longer than {LONGEST_ITEM_ID} characters")
    try:
        bounded_json(cells.reference(app_id).options)
    except ValueError as error:
        yield Problem(columns.name(Column.OPTIONS), str(error))


def _created_date(
    number: int, cells: Cells, columns: Columns, rules: LineRules
) -> datetime | Problem:
    """When a shopper asked.

    Lines without a date keep their order, just before the file came; those of one day, within it.
    """
    if cells.asked_on is None:
        before = timedelta(milliseconds=max(2 * MOST_LINES - number, 0))
        return in_milliseconds(rules.now - before)
    try:
        moment = asked_moment(cells.asked_on, rules.zone)
        if moment > rules.now:
            raise ValueError("is in the future")
        if rules.oldest and moment < rules.oldest:
            raise ValueError("is longer ago than your policy keeps requests")
    except ValueError as error:
        return Problem(columns.name(Column.ASKED_ON), str(error))
    if is_a_whole_day(cells.asked_on):
        moment = min(moment + timedelta(milliseconds=number), rules.now)
    return in_milliseconds(moment)


_WORDS = {
    "missing": "is missing",
    "string_too_long": "must not be longer than {max_length} characters",
}


def _problem(error: Any, columns: Columns) -> Problem:
    context = error.get("ctx", {})
    if words := _WORDS.get(error["type"]):
        text = words.format(**context)
    else:
        text = str(context.get("error", error["msg"]))
    return Problem(columns.name(Column(error["loc"][0])), text)
