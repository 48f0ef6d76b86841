"""The JSON of imports."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from api.fields import Model
from domain.imports.contracts import ImportState
from store.import_records import ImportRecord, RejectedLine
from store.store import Store

_REJECTED_SHOWN = 100


class ItemCountBody(Model):
    """How many lines ask for an item."""

    title: str
    count: int


class LineProblemBody(Model):
    """What is wrong with a line, in which of the file's columns."""

    column: str
    text: str


class RejectedLineBody(Model):
    """A line that cannot be used, as it stands in the file."""

    line: int
    problems: list[LineProblemBody]
    cells: list[str]

    @classmethod
    def of(cls, rejected: RejectedLine) -> Self:
        return cls(
            line=rejected.line,
            problems=[LineProblemBody(column=c, text=t) for c, t in rejected.problems],
            cells=list(rejected.cells),
        )


class ImportBody(Model):
    """An import: what its dry run found, and what came of it."""

    id: UUID
    state: ImportState = Field(
        description="`checking` until the dry run is over; `ready` waits for a confirmation, for "
        "seven days; `adding`; then `done`, `discarded` or `failed`."
    )
    trouble: str = Field(description="Why the file cannot be used; mostly empty.")
    file_name: str
    app_id: str
    created_date: datetime
    to_add: int = Field(description="How many lines were good in the dry run.")
    added: int = Field(description="How many requests were made of them.")
    already_waiting: int = Field(description="Lines of shoppers who wait for the item already.")
    repeated: int = Field(description="Lines that say the same as another of the file.")
    rejected: int = Field(description="Lines that cannot be used.")
    items: list[ItemCountBody] = Field(description="The items most asked for, 100 at most.")
    rejected_lines: list[RejectedLineBody] = Field(description="The first 100 of them.")

    @classmethod
    async def of(cls, store: Store, found: ImportRecord) -> Self:
        rejected = await store.imports.rejected(found.site, found.id, _REJECTED_SHOWN)
        return cls(
            id=found.id,
            state=found.state,
            trouble=found.trouble,
            file_name=found.file_name,
            app_id=found.app_id,
            created_date=found.created_date,
            to_add=found.to_add,
            added=found.added,
            already_waiting=found.waiting,
            repeated=found.repeated,
            rejected=found.rejected,
            items=[ItemCountBody(title=each.title, count=each.count) for each in found.items],
            rejected_lines=[RejectedLineBody.of(line) for line in rejected],
        )
