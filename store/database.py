"""The connection pool, and the named queries of `store/queries`."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import aiosql
import asyncpg

Row: TypeAlias = asyncpg.Record
if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[Row]
    Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy[Row]
else:
    # Only the type stubs know of the type of rows.
    Pool, Connection = asyncpg.Pool, asyncpg.pool.PoolConnectionProxy


UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    # It is starting or stopping, or somebody had it end a statement.
    asyncpg.OperatorInterventionError,
    # Its disk is full, or it has no memory or no connection left.
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    # Postgres has just said goodbye on a connection that was kept.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What is raised where Postgres does not answer, or cannot do anything now."""


class Queries(Protocol):
    """The queries of one `.sql` file, each reached by its name.

    Called with the pool and the named parameters; see the comment above each query.
    """

    def __getattr__(self, name: str) -> Any: ...


def load_queries(subject: str) -> Queries:
    """Read `store/queries/<subject>.sql`."""
    text = resources.files("store").joinpath("queries", f"{subject}.sql").read_text()
    queries: Queries = aiosql.from_str(text, "asyncpg")
    return queries


async def open_pool(dsn: str, connections: int) -> Pool:
    """Open a pool of at most `connections` connections, which reconnects by itself.

    Raises `ConnectionError` where Postgres does not answer.
    """
    with naming_postgres():
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections,
            command_timeout=30,
            init=_read_json_as_python,
            reset=_leave_as_it_is,
        )


@contextmanager
def naming_postgres() -> Iterator[None]:
    """Turn a failure to connect into one that says to what."""
    try:
        yield
    except OSError as error:
        raise ConnectionError(f"Postgres does not answer: {error}") from None


@asynccontextmanager
async def one_transaction(on: Pool | Connection) -> AsyncIterator[Connection]:
    """A transaction of its own on a pool; on a connection, the one its caller has begun."""
    if isinstance(on, asyncpg.Pool):
        async with on.acquire() as connection, connection.transaction():
            yield connection
    else:
        yield on


async def _leave_as_it_is(connection: "asyncpg.Connection[Row]") -> None:
    """No statement of Restock leaves anything behind: a reset would be one statement more for each.

    An open transaction is ended by asyncpg itself.
    """


async def _read_json_as_python(connection: "asyncpg.Connection[Row]") -> None:
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )
