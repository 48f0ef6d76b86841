"""The real parts a benchmark runs on: what `restock up` runs, a mail server, the bare engine."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from temporalio.client import Client

from benchmarks.bare_workflows import AS_RESTOCK, DEFAULTS, Bare
from benchmarks.mail_server import HOST, Mails
from benchmarks.meter import Meter
from cli.embedded.options import stack_options
from cli.embedded.process import Command
from cli.embedded.run_file import read_run_file
from cli.embedded.stack import Stack, running_stack
from cli.embedded.supervisor import Supervisor
from domain.catalog import WIX_STORES_APP_IDS
from store.store import Store, open_store
from workflows.converter import data_converter
from workflows.engine import Engine

SITE = "main"
APP = WIX_STORES_APP_IDS[0]
REQUESTS = "/v1/back-in-stock-notification-requests"
_ROOT = Path(__file__).parents[1]
# Less of a core than this is what the parts need to wait.
_AT_REST = 0.15
_LOOK_SECONDS = 1.0
_FOREIGN = ("RESTOCK_", "TEMPORAL_")


@dataclass(frozen=True)
class Parts:
    """A running stack with one site, whose owner gets no notices."""

    data_dir: Path
    store: Store
    engine: Engine
    http: httpx.AsyncClient
    mails: Mails
    meter: Meter

    @property
    def client(self) -> Client:
        """Temporal, as Restock uses it."""
        return self.engine.client

    async def at_rest(self) -> None:
        """Return when nothing works any more: every task is done, every mail has gone out."""
        while await self._load() > _AT_REST:
            pass

    async def _load(self) -> float:
        before = sum(self.meter.cpu().values())
        await asyncio.sleep(_LOOK_SECONDS)
        return (sum(self.meter.cpu().values()) - before) / _LOOK_SECONDS


@asynccontextmanager
async def running_parts(workers: int) -> AsyncIterator[Parts]:
    """Everything on a data directory of its own, with `workers` worker processes of each kind."""
    async with AsyncExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="restock-bench-")))
        own = _Own(folder, Supervisor(lambda text: None, asyncio.Event()), undo)
        smtp_port = free_port()
        mail_pids = await own.start("mail_server", 1, str(smtp_port), str(folder / "mails"))
        stack = await undo.enter_async_context(
            running_stack(
                stack_options(
                    {key: os.environ[key] for key in os.environ if not key.startswith(_FOREIGN)},
                    data_dir=folder / "data",
                    smtp_url=f"smtp://{HOST}:{smtp_port}",
                    port=free_port(),
                    temporal_port=free_port(),
                    temporal_ui_port=free_port(),
                    workers=workers,
                )
            )
        )
        pids = {"mail": mail_pids}
        for kind in (DEFAULTS, AS_RESTOCK):
            pids[kind] = await own.start("bare_worker", workers, stack.addresses.temporal, kind)
        parts = await _opened(stack, folder, undo, pids)
        await _prepare(parts)
        yield parts


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class _Own:
    """The processes that only a benchmark has."""

    folder: Path
    supervisor: Supervisor
    undo: AsyncExitStack

    async def start(self, module: str, count: int, *arguments: str) -> list[int]:
        command = Command(
            name=module,
            argv=(sys.executable, "-m", f"benchmarks.{module}", *arguments),
            env=dict(os.environ),
            log=self.folder / f"{module}.log",
            stop=((signal.SIGTERM, 10.0),),
            cwd=_ROOT,
        )
        children = await self.supervisor.start(*[command] * count, undo=self.undo)
        return [child.pid for child in children]


async def _opened(
    stack: Stack, folder: Path, undo: AsyncExitStack, own_pids: dict[str, list[int]]
) -> Parts:
    run = read_run_file(stack.data_dir)
    assert run
    pids = {"engine": [run.temporal], "postgres": [run.postgres], "worker": run.workers}
    http = httpx.AsyncClient(
        base_url=stack.addresses.api, headers={"Authorization": stack.owner_key}, timeout=120
    )
    return Parts(
        data_dir=stack.data_dir,
        store=await undo.enter_async_context(open_store(stack.addresses.database)),
        engine=Engine(
            await Client.connect(stack.addresses.temporal, data_converter=data_converter)
        ),
        http=await undo.enter_async_context(http),
        mails=Mails(folder / "mails"),
        meter=Meter({**pids, **own_pids, "api": [run.api]}),
    )


async def _prepare(parts: Parts) -> None:
    policy = await parts.http.patch("/v1/policy", json={"ownerNotices": "off"})
    collecting = await parts.http.post(f"{REQUESTS}/settings/start-collecting", json={"appId": APP})
    policy.raise_for_status()
    collecting.raise_for_status()
    # When these have ended, the bare workers are there.
    for kind in (DEFAULTS, AS_RESTOCK):
        bare = await parts.client.start_workflow(
            Bare.run, id=kind, task_queue=kind, start_signal=Bare.call.__name__
        )
        await bare.result()
    await parts.at_rest()
