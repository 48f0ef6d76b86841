"""Waiting a moment for what a workflow does, so that the next page shows it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.services import Services
from domain.status import Status
from store.records import RequestRecord

_PATIENCE_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.05


@asynccontextmanager
async def change_awaited(services: Services, request: RequestRecord) -> AsyncIterator[None]:
    """Do what changes a request, and go on when it has got through its turn, or after a while."""
    before = await _steps(services, request)
    yield
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < until:
        now = await services.store.requests.get(request.site, request.id)
        if now is None:
            return
        if now.status is not Status.PROCESSING and await _steps(services, request) > before:
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _steps(services: Services, request: RequestRecord) -> int:
    return len(await services.store.requests.timeline(request.site, request.id))
