"""Heartbeats beside work that takes its time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from temporalio import activity

_HEARTBEAT_SECONDS = 3.0


@asynccontextmanager
async def alive() -> AsyncIterator[None]:
    """Heartbeat every three seconds, so that a killed worker is noticed soon."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
