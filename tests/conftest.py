"""The real parts every test runs on: Postgres, Temporal, a mail server, a worker, the API."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import hypothesis
import pytest
import pytest_asyncio
from restock_up import Up
from shop import Shop
from smtp_sink import SmtpSink
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.signing import signer
from activities.smtp import SmtpPool
from activities.smtp_server import SmtpServer
from api.app import create_app
from api.services import Services
from cli.embedded.postgres import database_of
from domain.settings import PREFIX, Settings
from store.migrations import migrate
from store.store import Store, open_store
from worker.build import all_running, build_workers
from workflows.converter import data_converter
from workflows.engine import RESTOCK_ITEM, RESTOCK_SITE, Engine

# Nothing is a test of speed: on a busy machine an example may take its time.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# Who runs the tests in the background of a shell has it ignored, and so would `restock up`.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

for _name in [name for name in os.environ if name.startswith((PREFIX, "TEMPORAL_"))]:
    del os.environ[_name]


@pytest_asyncio.fixture(scope="session")
async def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A migrated database."""
    async with database_of(tmp_path_factory.mktemp("stack"), create=True) as dsn:
        await migrate(dsn)
        yield dsn


@pytest_asyncio.fixture(scope="session")
async def store(postgres_dsn: str) -> AsyncIterator[Store]:
    async with open_store(postgres_dsn, connections=20) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A client of a real Temporal dev server."""
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter,
        search_attributes=[RESTOCK_SITE, RESTOCK_ITEM],
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
    ) as environment:
        yield environment.client


def temporal_binary() -> str:
    beside_python = Path(sys.executable).with_name("temporal")
    found = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    assert found, "the temporal binary is missing: run `make install`"
    return found


@pytest_asyncio.fixture(scope="session")
async def sink() -> AsyncIterator[SmtpSink]:
    kept = SmtpSink()
    server = await asyncio.get_running_loop().create_server(kept.protocol, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    yield kept
    server.close()


@pytest.fixture(scope="session")
def settings(sink: SmtpSink) -> Settings:
    return Settings(
        smtp_url=f"smtp://127.0.0.1:{sink.port}",
        mail_from="Orchid House <shop@restock.test>",
        owner_email="owner@restock.test",
        shutdown_grace=timedelta(seconds=1),
        allow_private_urls=True,
    )


@dataclass
class RunningWorker:
    """The workers of one process, which a test may stop and start again."""

    client: Client
    store: Store
    settings: Settings
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        url = self.settings.smtp_url.get_secret_value()
        server = SmtpServer.from_url(url)
        smtp = SmtpPool(server, self.settings.smtp_connections, signer(self.settings))
        self._running.push_async_callback(smtp.close)
        runner = SandboxedWorkflowRunner()
        workers = build_workers(self.client, self.store, smtp, self.settings, runner)
        await self._running.enter_async_context(all_running(workers))

    async def stop(self) -> None:
        await self._running.aclose()


@pytest_asyncio.fixture(scope="session")
async def worker(
    temporal: Client, store: Store, settings: Settings
) -> AsyncIterator[RunningWorker]:
    running = RunningWorker(temporal, store, settings)
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="session")
async def http(
    store: Store, temporal: Client, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Services(store, Engine(temporal), settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as client:
        yield client


async def open_shop(http: httpx.AsyncClient, store: Store) -> Shop:
    """A site of its own, with a key of each scope."""
    shop = Shop(f"shop-{uuid4().hex[:12]}", http, store)
    await store.sites.make(shop.site, "Orchid House")
    for scope in ("owner", "inventory", "storefront"):
        await store.sites.add_key(shop.site, scope, shop.key(scope))
    await shop.collect()
    return shop


@pytest_asyncio.fixture
async def shop(http: httpx.AsyncClient, store: Store, worker: RunningWorker) -> Shop:
    """A shop that collects requests, with a worker at work."""
    return await open_shop(http, store)


@pytest_asyncio.fixture
async def other_shop(http: httpx.AsyncClient, store: Store) -> Shop:
    return await open_shop(http, store)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(data_dir: Path | None = None, **given: Any) -> Up:
        up = Up(data_dir or tmp_path_factory.mktemp("up") / "data", **given)
        started.append(up)
        return up

    yield start
    for up in started:
        up.clean_up()
