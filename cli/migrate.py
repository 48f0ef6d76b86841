"""`restock migrate`: brings the database schema up to date."""

import asyncio

import typer

from cli.database import DataDir, database
from cli.failures import clear_errors
from domain.settings import load_settings
from store.bootstrap import ensure_main_site
from store.migrations import latest
from store.migrations import migrate as migrate_schema


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database schema up to date. Safe to repeat and to run several at once.

    Where RESTOCK_OWNER_KEY is set, site `main` is made and that key let in as its owner.
    """

    async def run() -> list[str]:
        owner_key = load_settings().owner_key
        async with database(data_dir) as dsn:
            applied = await migrate_schema(dsn)
            if owner_key:
                await ensure_main_site(dsn, owner_key.get_secret_value())
            return applied

    with clear_errors():
        applied = asyncio.run(run())
        for name in applied:
            typer.echo(f"applied {name}")
        if not applied:
            typer.echo(f"up to date at {latest()}")
