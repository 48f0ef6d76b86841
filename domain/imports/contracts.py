"""What travels through Temporal about an import: ids and counts."""

from enum import StrEnum
from uuid import UUID

from domain.contracts import Contract


class ImportState(StrEnum):
    """How far an import is.

    CHECKING: its lines are being read; READY: the owner is asked whether to go on; ADDING: the
    requests are being made; DONE, DISCARDED and FAILED (the file cannot be used) are final.
    """

    CHECKING = "checking"
    READY = "ready"
    ADDING = "adding"
    DONE = "done"
    DISCARDED = "discarded"
    FAILED = "failed"


class ImportInput(Contract):
    """Starts `RequestImport`, and asks for each of its steps."""

    site: str
    import_id: UUID


class ImportOutcome(Contract):
    """How an import stands; without a state there is no such import any more.

    `to_add`: lines that were good in the dry run. `added`: requests made of them so far.
    `waiting`: lines of shoppers who wait for the item already. `repeated`: lines that say the same
    as another of the file. `rejected`: lines that cannot be used.
    """

    state: ImportState | None = None
    to_add: int = 0
    added: int = 0
    waiting: int = 0
    repeated: int = 0
    rejected: int = 0

    @property
    def sentence(self) -> str:
        """`1,200 added, 30 wait already, 2 repeated, 4 rejected`."""
        if self.state is ImportState.FAILED:
            return "the file cannot be used"
        done = self.state in (ImportState.ADDING, ImportState.DONE)
        first = f"{self.added:,} added" if done else f"{self.to_add:,} to add"
        return (
            f"{first}, {self.waiting:,} wait already, {self.repeated:,} repeated, "
            f"{self.rejected:,} rejected"
        )
