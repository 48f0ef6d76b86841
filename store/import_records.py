"""Imports and their lines: as the store hands them out, and as a line is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.ids import address_key
from domain.imports import Problem, ReadLine
from domain.imports.contracts import ImportOutcome, ImportState
from domain.text import fitted
from store.records import Record

# What a cell of a file can be at most, for the csv module.
_LONGEST_CELL = 131_072


class ItemCount(Record):
    """How many lines of an import ask for an item."""

    title: str
    count: int


class ImportRecord(Record):
    """An import: its file, how far it is, and what it found. `heading`: the file's columns."""

    id: UUID
    site: str
    file_name: str
    app_id: str
    state: ImportState
    trouble: str
    heading: tuple[str, ...]
    to_add: int
    added: int
    waiting: int
    repeated: int
    rejected: int
    items: tuple[ItemCount, ...]
    created_date: datetime
    updated_date: datetime

    @property
    def outcome(self) -> ImportOutcome:
        return ImportOutcome.model_validate(
            {name: getattr(self, name) for name in ImportOutcome.model_fields}
        )


class RejectedLine(Record):
    """A line of a file that cannot be used: what is wrong, and its cells."""

    line: int
    problems: tuple[Problem, ...]
    cells: tuple[str, ...]


def columns_of(line: ReadLine) -> dict[str, Any]:
    """A line as it is kept: what it asks for, or what is wrong with it."""
    columns: dict[str, Any] = {"line": line.number, "address_key": address_key(_kept(line.email))}
    if line.asked is None:
        problems = [[_kept(part) for part in problem] for problem in line.problems]
        cells = [_kept(cell) for cell in line.cells]
        return columns | {"state": "rejected", "problems": problems, "cells": cells}
    wanted = line.asked.wanted
    return columns | {
        "state": "new",
        "address_key": address_key(wanted.email),
        "item_key": wanted.reference.item_key,
        "audience_key": wanted.audience_key,
        "wanted": wanted.model_dump(mode="json", by_alias=True),
        "created_date": line.asked.created_date.isoformat(),
    }


def _kept(text: str) -> str:
    return fitted(text, _LONGEST_CELL)
