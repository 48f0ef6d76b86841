"""The worker process: connects, works until it is told to stop, lets mail in flight finish."""

import asyncio
import logging
from contextlib import AsyncExitStack

from temporalio.worker import UnsandboxedWorkflowRunner

from activities.signing import signer
from activities.smtp import SmtpPool
from activities.smtp_server import SmtpServer
from domain.settings import Settings
from store.store import open_store
from worker.build import all_running, build_workers
from worker.mail_rate import MailRate
from workflows.client import connect, runtime_with_metrics
from workflows.schedules import ensure_schedules

log = logging.getLogger("restock.worker")


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set.

    Raises `ValueError` for a bad `RESTOCK_SMTP_URL` or `RESTOCK_DKIM_KEY`, `ConnectionError` for a
    metrics address that is taken, and what asyncpg and temporalio raise where Postgres or Temporal
    do not answer at the start.
    """
    server = SmtpServer.from_url(settings.smtp_url.get_secret_value(), settings.smtp_ca_file)
    smtp = SmtpPool(server, settings.smtp_connections, signer(settings))
    dsn = settings.database_url.get_secret_value()
    metrics = settings.metrics_address
    client = await connect(runtime=runtime_with_metrics(metrics) if metrics else None)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(dsn, settings.database_connections))
        stack.push_async_callback(smtp.close)
        await ensure_schedules(client, settings.feed_interval)
        await MailRate(client).begin_with(settings.email_rate)
        workers = build_workers(client, store, smtp, settings, UnsandboxedWorkflowRunner())
        await stack.enter_async_context(all_running(workers))
        log.info("worker_started", extra={"mail_server": f"{server.host}:{server.port}"})
        await stop.wait()
        log.info("worker_stopping")
