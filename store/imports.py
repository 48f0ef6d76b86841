"""Waiting lists of other systems: their files, what became of each line, and the report."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from domain.catalog import Wanted
from domain.imports import ReadLine
from domain.imports.contracts import ImportState
from domain.privacy import address_pattern
from store.database import Connection, Pool, Row, load_queries
from store.import_records import ImportRecord, RejectedLine, columns_of
from store.records import WaitingStart
from store.requests import Requests

_sql = load_queries("imports")

KEPT_FOR = timedelta(days=30)
"""For how long the report of an import that has ended is there."""

# An owner is waited for for a week; a file that nobody read is nobody's any more.
_ABANDONED_AFTER = timedelta(days=9)
_ERASED_MEANWHILE = (
    "A shopper in it was erased while it was read: take the shopper out, and send it again."
)
_MOST_ITEMS = 100
_BATCH = 200
_REPORT_PAGE = 1000


@dataclass(frozen=True)
class Imports:
    """The imports of all sites; every method takes the site."""

    pool: Pool

    async def create(
        self, site: str, file_name: str, app_id: str, heading: Sequence[str], content: bytes
    ) -> ImportRecord:
        """Keep a file that is to be read."""
        row = await _sql.create_import(
            self.pool,
            id=uuid4(),
            site=site,
            file_name=file_name,
            app_id=app_id,
            heading=list(heading),
            content=content,
        )
        return ImportRecord.of(row)

    async def get(self, site: str, import_id: UUID) -> ImportRecord | None:
        row = await _sql.get_import(self.pool, site=site, id=import_id)
        return None if row is None else ImportRecord.of(row)

    async def latest(self, site: str, limit: int) -> list[ImportRecord]:
        """The newest first."""
        return [
            ImportRecord.of(row)
            async for row in _sql.list_imports(self.pool, site=site, limit=limit)
        ]

    async def delete(self, site: str, import_id: UUID) -> None:
        """Forget an import with its file and its report."""
        await _sql.delete_import(self.pool, site=site, id=import_id)

    async def content(self, site: str, import_id: UUID) -> bytes | None:
        """The file; none once its lines are read."""
        content: bytes | None = await _sql.import_content(self.pool, site=site, id=import_id)
        return content

    async def begin_anew(self, found: ImportRecord) -> None:
        """Forget the lines that a reading kept which came to no end."""
        await _sql.drop_lines(self.pool, id=found.id, kept="")

    async def keep_lines(self, found: ImportRecord, lines: Sequence[ReadLine]) -> None:
        """Keep what the next lines ask for, or what is wrong with them."""
        await _sql.add_lines(self.pool, id=found.id, lines=[columns_of(line) for line in lines])

    async def checked(self, site: str, import_id: UUID) -> ImportRecord | None:
        """End the dry run: find who waits already, count, and drop the file.

        None where the import is gone, or was not being checked.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            await _sql.mark_repeated(connection, id=import_id)
            await _sql.mark_waiting(connection, id=import_id, site=site)
            row = await _sql.checked(connection, id=import_id, site=site, most_items=_MOST_ITEMS)
            await _sql.drop_content(connection, id=import_id)
        return None if row is None else ImportRecord.of(row)

    async def unusable(self, site: str, import_id: UUID, trouble: str) -> ImportRecord | None:
        """Note why a file cannot be used, and forget it."""
        async with self.pool.acquire() as connection, connection.transaction():
            row = await _sql.unusable(connection, id=import_id, site=site, trouble=trouble)
            await _sql.drop_content(connection, id=import_id)
            await _sql.drop_lines(connection, id=import_id, kept="")
        return None if row is None else ImportRecord.of(row)

    async def begin_adding(self, site: str, import_id: UUID) -> ImportRecord | None:
        """Begin to make the requests, or go on with it; None where the import is not so far."""
        row = await _sql.change_state(
            self.pool, site=site, id=import_id, state=ImportState.ADDING, before=ImportState.READY
        )
        return None if row is None else ImportRecord.of(row)

    async def add_next(self, found: ImportRecord) -> list[WaitingStart] | None:
        """Make the requests of the next lines, and note it, in one transaction.

        Returns the new ones, whose workflows are to be started; none where no line is left.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            rows = [row async for row in _sql.next_lines(connection, id=found.id, limit=_BATCH)]
            added = {row["line"]: await _added(connection, found, row) for row in rows}
            made = {line: request for line, request in added.items() if request}
            await _sql.note_added(
                connection, id=found.id, site=found.site, lines=list(added), added=list(made)
            )
        return list(made.values()) if rows else None

    async def done(self, site: str, import_id: UUID) -> ImportRecord | None:
        """End an import: of the file only the rejected lines are kept."""
        return await self._end(
            site, import_id, ImportState.DONE, ImportState.ADDING, kept="rejected"
        )

    async def discard(self, site: str, import_id: UUID) -> ImportRecord | None:
        """End an import that its owner does not want: nothing of the file is kept."""
        return await self._end(site, import_id, ImportState.DISCARDED, ImportState.READY)

    async def rejected(
        self, site: str, import_id: UUID, limit: int, after: int = 0
    ) -> list[RejectedLine]:
        """The lines that cannot be used, in the order of the file, after one of them."""
        rows = _sql.rejected_lines(self.pool, site=site, id=import_id, after=after, limit=limit)
        return [RejectedLine.of(row) async for row in rows]

    async def all_rejected(self, site: str, import_id: UUID) -> AsyncIterator[RejectedLine]:
        """All of them, page by page."""
        after = 0
        while page := await self.rejected(site, import_id, _REPORT_PAGE, after):
            for line in page:
                yield line
            after = page[-1].line

    async def forget_old(self) -> None:
        """Forget imports, of all sites, that ended long ago or that nobody goes on with."""
        await _sql.forget_old_imports(
            self.pool,
            final_seconds=KEPT_FOR.total_seconds(),
            open_seconds=_ABANDONED_AFTER.total_seconds(),
        )

    async def _end(
        self,
        site: str,
        import_id: UUID,
        state: ImportState,
        before: ImportState,
        kept: str = "",
    ) -> ImportRecord | None:
        async with self.pool.acquire() as connection, connection.transaction():
            row = await _sql.change_state(
                connection, site=site, id=import_id, state=state, before=before
            )
            if row:
                await _sql.drop_lines(connection, id=import_id, kept=kept)
        return None if row is None else ImportRecord.of(row)


async def forget_imported(connection: Connection, site: str, address: str) -> int:
    """Forget what files say of a shopper, by the address' key.

    A file that names the shopper and is still being read is to be sent again. Returns how many
    lines there were; such a file is one.
    """
    whose = {"site": site, "address_key": address}
    abandoned = _sql.abandon_reading(connection, **whose, trouble=_ERASED_MEANWHILE)
    files = [row async for row in abandoned]
    gone = _sql.forget_imported(connection, **whose, pattern=address_pattern(address))
    return len(files) + len([row async for row in gone])


async def _added(connection: Connection, found: ImportRecord, row: Row) -> WaitingStart | None:
    wanted = Wanted.model_validate(row["wanted"])
    origin = f"From {found.file_name}, line {row['line']}"
    return await Requests(connection).take_over(found.site, wanted, row["created_date"], origin)
