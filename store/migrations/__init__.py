"""Numbered schema migrations, applied in order, once, one process at a time."""

import re
from importlib import resources

import asyncpg

from store.database import naming_postgres

# Any number that nothing else in this database locks.
_LOCK = 7_202_611_210


async def migrate(dsn: str) -> list[str]:
    """Bring the schema of the database at `dsn` up to date.

    Returns the names of the migrations applied now, oldest first; none when it was up to date.
    Safe to call from several processes at once: they wait for each other. Raises
    `ConnectionError` where Postgres does not answer.
    """
    with naming_postgres():
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        return [name for name in _names() if await _apply(connection, name)]
    finally:
        await connection.close()


def latest() -> str:
    """The name of the newest migration this code knows."""
    return _names()[-1]


def _names() -> list[str]:
    files = resources.files(__name__).iterdir()
    return sorted(f.name for f in files if re.fullmatch(r"\d{4}_\w+\.sql", f.name))


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> bool:
    async with connection.transaction():
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations "
            "(name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        claim = "INSERT INTO schema_migrations (name) VALUES ($1) ON CONFLICT DO NOTHING"
        if await connection.execute(claim, name) == "INSERT 0 0":
            return False
        await connection.execute(resources.files(__name__).joinpath(name).read_text())
    return True
