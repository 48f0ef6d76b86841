"""`restock import`: a waiting list of another system is tried, and then taken over."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from typer import Argument, Option

from api.own.importing import Upload, answer_import, begin_import, existing_import
from cli.database import DataDir, with_store
from cli.tables import print_table
from cli.temporal_address import temporal_address
from domain.errors import RestockError
from domain.imports import report_heading, report_row
from domain.imports.contracts import ImportState
from store.bootstrap import MAIN_SITE
from store.import_records import ImportRecord
from store.store import Store
from workflows.client import connect
from workflows.engine import Engine

_STANDARD_INPUT = "<stdin>"
_ROWS_SHOWN = 20
_LOOK_AGAIN_SECONDS = 0.2


def import_list(
    file: Annotated[
        typer.FileBinaryRead,
        Argument(help="A CSV file whose first line names the columns; - is the standard input."),
    ],
    site: Annotated[str, Option(help="The site to whose list it is added.")] = MAIN_SITE,
    app_id: Annotated[
        str,
        Option(help="The app of lines that name none; without it, items are named by SKU."),
    ] = "",
    yes: Annotated[bool, Option("--yes", help="Add what can be added without asking.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what would be added.")] = False,
    rejected: Annotated[
        Path | None,
        Option(help="Where to write the lines that cannot be used.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Import a waiting list of another system: a dry run first, then, if you say so, the rest."""
    if yes and dry_run:
        raise typer.BadParameter("give --yes or --dry-run, not both")
    name = "standard input" if file.name == _STANDARD_INPUT else Path(file.name).name
    upload = Upload(name, app_id, file.read())

    async def act(store: Store) -> None:
        engine = Engine(await connect(address=temporal_address(data_dir)))
        try:
            await _import(store, engine, site, upload, rejected, lambda: yes or _agrees(dry_run))
        except RestockError as error:
            raise ValueError(str(error)) from None

    with_store(data_dir, act)


def _agrees(dry_run: bool) -> bool:
    return not dry_run and typer.confirm("Add them?")


async def _import(
    store: Store,
    engine: Engine,
    site: str,
    upload: Upload,
    rejected: Path | None,
    agrees: Callable[[], bool],
) -> None:
    begun = await begin_import(store, engine, site, upload)
    found = await _watched(store, begun, "Dry run", ImportState.CHECKING)
    if found.state is ImportState.FAILED:
        raise ValueError(found.trouble)
    await _show(store, found, rejected)
    agreed = found.to_add > 0 and agrees()
    answered = await answer_import(store, engine, site, found.id, agreed)
    if agreed:
        done = await _watched(store, answered, "Adding", ImportState.READY, ImportState.ADDING)
        typer.echo(f"{upload.file_name}: {done.outcome.sentence}.")
    else:
        typer.echo("Nothing was added.")


async def _watched(
    store: Store, found: ImportRecord, what: str, *while_in: ImportState
) -> ImportRecord:
    """The import once it has left some states, with a bar that shows how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    skipped = found.waiting
    with Progress(*columns, transient=True) as progress:
        bar = progress.add_task(what, total=found.to_add or None)
        while found.state in while_in:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            found = await existing_import(store, found.site, found.id)
            progress.update(bar, completed=found.added + found.waiting - skipped)
    return found


async def _show(store: Store, found: ImportRecord, rejected: Path | None) -> None:
    """What the dry run found."""
    typer.echo(
        f"{found.to_add:,} can be added; {found.waiting:,} wait already, {found.repeated:,} are "
        f"repeated, {found.rejected:,} cannot be used."
    )
    if found.items:
        items = Table("shoppers", "item", box=None)
        for each in found.items[:_ROWS_SHOWN]:
            items.add_row(f"{each.count:,}", escape(each.title))
        print_table(items)
    if found.rejected:
        await _show_rejected(store, found)
    if rejected:
        await _write_rejected(store, found, rejected)


async def _show_rejected(store: Store, found: ImportRecord) -> None:
    table = Table("line", "what is wrong", box=None)
    for line in await store.imports.rejected(found.site, found.id, _ROWS_SHOWN):
        table.add_row(str(line.line), escape("; ".join(str(each) for each in line.problems)))
    if found.rejected > _ROWS_SHOWN:
        table.add_row("…", f"and {found.rejected - _ROWS_SHOWN:,} more; see --rejected")
    print_table(table)


async def _write_rejected(store: Store, found: ImportRecord, to: Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        file.write(report_heading(found.heading))
        async for line in store.imports.all_rejected(found.site, found.id):
            file.write(report_row(line.line, line.problems, line.cells))
    typer.echo(f"Lines that cannot be used: {to}")
