"""`make bench`: measures, prints a table and writes `benchmarks/results.json`."""

import asyncio
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import listing
from cli.embedded.postgres import database_of
from cli.exit import leave
from cli.tables import print_table
from store.migrations import migrate
from store.store import Store, open_store

_RESULTS = Path(__file__).with_name("results.json")


def main(
    rows: Annotated[
        int, typer.Option(min=200_000, help="How many requests the listing is measured over.")
    ] = 1_000_000,
) -> None:
    """Measure one page of every documented filter and sort over many requests."""
    results = asyncio.run(_run(rows))
    _RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print_table(_table(results))
    typer.echo(f"Written to {_RESULTS.name}.")


async def _run(rows: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="restock-bench-") as folder:
        async with database_of(Path(folder), create=True) as dsn:
            await migrate(dsn)
            async with open_store(dsn, connections=2) as store:
                with Console().status(f"Filling the database with {rows:,} requests …"):
                    await listing.fill(store, rows)
                return {"machine": _machine(), "rows": rows} | await _listing(store)


async def _listing(store: Store) -> dict[str, Any]:
    cases = await listing.cases(store)
    pages = {
        name: await listing.measure(store, raw)
        for name, raw in track(cases.items(), "Measuring", transient=True)
    }
    return {"pages": pages, "deep_page": await listing.deep_page(store)}


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _table(results: dict[str, Any]) -> Table:
    table = Table(
        "query, 50 of its rows",
        "first page, ms",
        "next page, ms",
        "index",
        title=f"{results['rows']:,} requests, medians of 25 runs",
    )
    for name, page in results["pages"].items():
        following = page.get("next_ms")
        table.add_row(
            name, str(page["first_ms"]), "" if following is None else str(following), page["index"]
        )
    deep = results["deep_page"]
    table.add_section()
    table.add_row(
        "9,950 rows deep: cursor / offset",
        str(deep["cursor_ms"]),
        str(deep["offset_ms"]),
        f"offset takes {deep['ratio']:.1f} times as long",
    )
    return table


if __name__ == "__main__":
    try:
        typer.run(main)
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 1)
