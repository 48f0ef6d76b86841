"""`make bench`: measures, prints a table and writes `benchmarks/results.json`."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import create, crowd, hot, latency, listing, pages, stock, waiting
from benchmarks.lines import Line, Plan
from benchmarks.report import keep, table
from cli.exit import leave
from cli.tables import print_table

_RESULTS = Path(__file__).with_name("results.json")


class Benchmark(StrEnum):
    """What can be measured."""

    HOT = "hot"
    CREATE = "create"
    LATENCY = "latency"
    WAITING = "waiting"
    STOCK = "stock"
    LISTING = "listing"
    CROWD = "crowd"
    PAGES = "pages"


_RUN: dict[Benchmark, Callable[[Plan], Awaitable[list[Line]]]] = {
    Benchmark.HOT: hot.run,
    Benchmark.CREATE: create.run,
    Benchmark.LATENCY: latency.run,
    Benchmark.WAITING: waiting.run,
    Benchmark.STOCK: stock.run,
    Benchmark.LISTING: listing.run,
    Benchmark.CROWD: crowd.run,
    Benchmark.PAGES: pages.run,
}


def _option(help: str, least: int = 1) -> object:
    return typer.Option(min=least, help=help)


app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    benchmarks: Annotated[
        list[Benchmark] | None, typer.Argument(help="Which to run; all where none is named.")
    ] = None,
    rounds: Annotated[int, _option("How often each is repeated.")] = Plan.rounds,
    workers: Annotated[int, _option("Worker processes of each side.")] = Plan.workers,
    hot: Annotated[
        list[int] | None, _option("hot: shoppers of a restock; may be given several times.")
    ] = None,
    probes: Annotated[int, _option("latency: single restocks.", 2)] = Plan.probes,
    told: Annotated[
        int, typer.Option("--crowd", min=1, help="latency: shoppers told meanwhile.")
    ] = Plan.crowd,
    created: Annotated[int, _option("create: requests of a run.")] = Plan.created,
    waiting: Annotated[int, _option("waiting: how many wait.")] = Plan.waiting,
    levels: Annotated[int, _option("stock: levels of a call.")] = Plan.levels,
    feed_items: Annotated[int, _option("stock: items of the feed.")] = Plan.feed_items,
    rows: Annotated[int, _option("listing: requests there are.", 30_000)] = Plan.rows,
    clients: Annotated[int, _option("crowd: how many at once.")] = Plan.clients,
    seconds: Annotated[int, _option("crowd: for how long.")] = Plan.seconds,
    page_rows: Annotated[int, _option("pages: requests there are.", 1000)] = Plan.page_rows,
    output: Annotated[Path, typer.Option(help="Where the results are kept.")] = _RESULTS,
) -> None:
    """Measure Restock beside the bare engine, or beside the plain way of doing the same.

    Everything is real: the stack of `restock up` with a mail server, in processes of their own.
    All of it takes about an hour. For figures that mean something, let nothing else run.
    """
    plan = Plan(
        rounds=rounds,
        workers=workers,
        hot=hot or Plan.hot,
        probes=probes,
        crowd=told,
        created=created,
        waiting=waiting,
        levels=levels,
        feed_items=feed_items,
        rows=rows,
        clients=clients,
        seconds=seconds,
        page_rows=page_rows,
    )
    found = asyncio.run(_run(benchmarks or list(Benchmark), plan))
    settings = dataclasses.asdict(plan)
    del settings["tell"]
    keep(output, found, settings)
    print_table(table(found))
    typer.echo(f"Written to {output.name}.")


async def _run(names: Sequence[Benchmark], plan: Plan) -> dict[str, list[Line]]:
    console = Console(stderr=True)
    with console.status("Starting") as status:

        def tell(text: str) -> None:
            status.update(text)
            if not console.is_terminal:
                console.print(text)

        plan = dataclasses.replace(plan, tell=tell)
        return {name: await _RUN[name](plan) for name in names}


if __name__ == "__main__":
    try:
        app()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 1)
