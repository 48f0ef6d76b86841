"""`restock api` and `restock worker`: one process each, as many as are needed."""

import asyncio
import signal

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from api.app import create_app
from api.services import Services
from cli.failures import clear_errors
from cli.logs import configure_logging
from domain.settings import Settings, load_settings
from store.store import open_store
from worker.run import run_worker
from workflows.client import connect
from workflows.engine import Engine

_LONGEST_REQUEST_LINE = 64 * 1024
# Longer than clients and proxies keep theirs (a minute, mostly): a call on a connection that is
# closed just then is lost.
_KEEP_ALIVE_SECONDS = 75


def api(
    host: str = typer.Option(None, help="Address to listen on.", envvar="RESTOCK_HOST"),
    port: int = typer.Option(None, help="Port to listen on.", envvar="RESTOCK_PORT"),
) -> None:
    """Run the API. Any number of these may run side by side."""
    with clear_errors():
        settings = load_settings()
        given = {key: value for key, value in (("host", host), ("port", port)) if value}
        settings = settings.model_copy(update=given)
        configure_logging(settings.log_level)
        uvloop.run(_serve(settings))


def worker() -> None:
    """Run a worker. Any number of these may run side by side."""
    with clear_errors():
        settings = load_settings()
        configure_logging(settings.log_level)
        uvloop.run(_work(settings))


async def _serve(settings: Settings) -> None:
    dsn = settings.database_url.get_secret_value()
    async with open_store(dsn, settings.database_connections) as store:
        engine = Engine(await connect(lazy=True))
        app = create_app(Services(store, engine, settings))
        await uvicorn.Server(server_config(app, settings)).serve()


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the API is served."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        # The API logs its own requests: a path may hold what must not be logged.
        access_log=False,
        log_config=None,
        http="h11",
        h11_max_incomplete_event_size=_LONGEST_REQUEST_LINE,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=15,
        server_header=False,
        # uvicorn itself would believe whoever connects from this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_worker(settings, stop)
