"""How short commands find the database: `--data-dir`, or `RESTOCK_DATABASE_URL`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

from typer import Option

from cli.embedded.errors import embedded_parts
from cli.failures import clear_errors
from domain.settings import load_settings
from store.store import Store, open_store

Result = TypeVar("Result")
DataDir = Annotated[
    Path | None,
    Option(
        help="The embedded stack's data directory, running or stopped. "
        "Without it: RESTOCK_DATABASE_URL, or else RESTOCK_DATA_DIR.",
        show_default=False,
    ),
]


def with_store(data_dir: Path | None, act: Callable[[Store], Awaitable[Result]]) -> Result:
    """Run `act` on the store, and turn what an operator can mend into a clear line."""

    async def run() -> Result:
        async with database(data_dir) as dsn, open_store(dsn, connections=2) as store:
            return await act(store)

    with clear_errors():
        return asyncio.run(run())


@asynccontextmanager
async def database(data_dir: Path | None) -> AsyncIterator[str]:
    """The DSN of the database that was asked for."""
    settings = load_settings()
    configured = settings.database_url.get_secret_value()
    if data_dir is None and configured:
        yield configured
        return
    # The production image has no embedded stack.
    with embedded_parts():
        from cli.embedded.postgres import database_of

    async with database_of(data_dir or settings.data_dir) as dsn:
        yield dsn
