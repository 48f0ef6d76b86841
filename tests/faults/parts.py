"""Restock with a proxy in front of Postgres: what `restock up` starts, with its wires reachable."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from restock_up import FOREIGN, free_port

from cli.embedded import cluster
from cli.embedded.files import prepare_data_dir
from cli.embedded.postgres import start_postgres
from cli.embedded.process import Command
from cli.embedded.supervisor import Supervisor
from cli.embedded.temporal import start_temporal
from faults.fault_proxy import Cuts, FaultProxy
from faults.patience import until
from store.bootstrap import ensure_main_site
from store.migrations import migrate

_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Parts:
    """Where the API answers, and where Postgres does without the proxy."""

    api: str
    database: str


@asynccontextmanager
async def behind_a_proxy(
    data_dir: Path, smtp_url: str, owner_key: str, watch: Callable[[], Cuts]
) -> AsyncIterator[Parts]:
    """Restock, whose API and worker reach Postgres through a proxy that cuts as `watch` says."""
    async with AsyncExitStack() as undo:
        supervisor = Supervisor(lambda text: None, asyncio.Event())
        prepare_data_dir(data_dir)
        database = await _database(data_dir, owner_key, supervisor, undo)
        temporal = free_port()
        (await start_temporal(data_dir, temporal, free_port(), supervisor, undo)).watch()
        socket = cluster.socket_directory(data_dir) / ".s.PGSQL.5432"
        proxy = FaultProxy(partial(asyncio.open_unix_connection, socket), watch)
        await undo.enter_async_context(proxy.running())
        port = free_port()
        env = _environment(proxy.port, port, temporal, smtp_url)
        commands = [_command(name, env, data_dir) for name in ("api", "worker")]
        for app in await supervisor.start(*commands, undo=undo):
            app.watch()
        parts = Parts(f"http://127.0.0.1:{port}", database)
        await _until_ready(parts)
        yield parts


async def _database(
    data_dir: Path, owner_key: str, supervisor: Supervisor, undo: AsyncExitStack
) -> str:
    (await start_postgres(data_dir, supervisor, undo)).watch()
    dsn = cluster.dsn_of(data_dir)
    await migrate(dsn)
    await ensure_main_site(dsn, owner_key)
    return dsn


def _environment(proxy: int, port: int, temporal: int, smtp_url: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith((*FOREIGN, "PG"))}
    return clean | {
        "RESTOCK_DATABASE_URL": f"postgresql://{cluster.SUPERUSER}@127.0.0.1:{proxy}/postgres"
        "?sslmode=disable",
        "RESTOCK_PORT": str(port),
        "RESTOCK_SMTP_URL": smtp_url,
        "RESTOCK_SHUTDOWN_GRACE": "2s",
        "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
    }


def _command(name: str, env: dict[str, str], data_dir: Path) -> Command:
    return Command(
        name=name,
        argv=(sys.executable, "-m", "cli", name),
        env=env,
        log=data_dir / "logs" / f"{name}.log",
        stop=((signal.SIGTERM, 20.0),),
    )


async def _until_ready(parts: Parts) -> None:
    async with httpx.AsyncClient(base_url=parts.api) as http:
        await until(partial(_is_ready, http), _LOOK_SECONDS)


async def _is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
