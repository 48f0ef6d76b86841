"""The embedded Postgres, and the database of a data directory for short commands."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from cli.embedded import cluster
from cli.embedded.errors import AlreadyRunningError, DataDirBusyError, NoStackError
from cli.embedded.files import absolute, prepare_data_dir
from cli.embedded.leftovers import end_leftovers
from cli.embedded.lock import PATIENCE, claimed
from cli.embedded.process import Command
from cli.embedded.run_file import read_run_file
from cli.embedded.supervisor import Child, Supervisor, all_ready

MAX_CONNECTIONS = 200
# A statement that fails is logged by its message alone: without the statement, its parameters, and
# the detail that quotes the row. Those hold addresses.
_LOGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
_PAUSE = 0.05
_NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)


async def start_postgres(data_dir: Path, supervisor: Supervisor, undo: AsyncExitStack) -> Child:
    """Start the cluster of the data directory, made at the first start, and wait for it."""
    await cluster.initialise(data_dir)
    cluster.make_socket_directory(data_dir)
    undo.callback(cluster.remove_socket_directory, data_dir)
    [child] = await supervisor.start(_command(data_dir), undo=undo)
    await all_ready([child], _accepts(cluster.dsn_of(data_dir)))
    return child


def _command(data_dir: Path) -> Command:
    directory = cluster.directory_of(data_dir)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{cluster.socket_directory(data_dir)}"',
        "unix_socket_permissions": "0700",
        "max_connections": str(MAX_CONNECTIONS),
        **_LOGS,
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        argv=(str(cluster.binaries() / "postgres"), "-D", str(directory), *options),
        env=cluster.environment(),
        log=cluster.log_of(data_dir),
        # fast shutdown, then the immediate one, which costs a recovery at the next start
        stop=((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)),
        user=cluster.system_user(),
        cwd=directory,
        before_start=lambda: cluster.forget_dead_postmaster(data_dir),
    )


async def _accepts(dsn: str) -> None:
    while True:
        try:
            connection = await asyncpg.connect(dsn)
        except _NOT_YET:
            await asyncio.sleep(_PAUSE)
        else:
            return await connection.close()


@asynccontextmanager
async def database_of(
    data_dir: Path, *, create: bool = False, patience: float = PATIENCE
) -> AsyncIterator[str]:
    """The DSN of the data directory's database, for a short command.

    The Postgres of a running `restock up` is used; else one is started and stopped again.
    Raises `NoStackError` where `restock up` never ran, unless `create`; `DataDirBusyError` when
    a starting `up` or another command does not get out of the way; `StartError`.
    """
    data_dir = absolute(data_dir)
    if not create and not cluster.is_initialised(data_dir):
        raise NoStackError(data_dir)
    prepare_data_dir(data_dir)
    async with AsyncExitStack() as undo:
        try:
            await undo.enter_async_context(claimed(data_dir, "command", patience))
        except AlreadyRunningError as up:
            dsn = await _dsn_of_running(data_dir, up.pid, patience)
        else:
            await end_leftovers(data_dir)
            supervisor = Supervisor(tell=lambda text: None, hurry=asyncio.Event())
            await start_postgres(data_dir, supervisor, undo)
            dsn = cluster.dsn_of(data_dir)
        yield dsn


async def _dsn_of_running(data_dir: Path, up: int, patience: float) -> str:
    for _ in range(max(1, round(patience / _PAUSE))):
        content = read_run_file(data_dir)
        if content is not None and content.up == up:
            return content.addresses.database
        await asyncio.sleep(_PAUSE)
    raise DataDirBusyError(data_dir)
