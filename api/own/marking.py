"""Marking a request as told by its owner, behind the API and the console."""

import asyncio

from api.services import Services
from domain.errors import RequestNotFoundError
from domain.status import Status
from store.records import RequestRecord

_PATIENCE_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.02


async def marked(services: Services, record: RequestRecord) -> RequestRecord:
    """The request once its workflow has taken the mark, or as it is when that takes long.

    Raises `EngineUnavailableError`, and `RequestNotFoundError` where it is deleted meanwhile.
    """
    if record.status is Status.NOTIFICATION_SENT:
        return record
    await services.engine.mark(record.site, record)
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < until:
        now = await _existing(services, record)
        if now.status is Status.NOTIFICATION_SENT:
            return now
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return await _existing(services, record)


async def _existing(services: Services, record: RequestRecord) -> RequestRecord:
    found = await services.store.requests.get(record.site, record.id)
    if found is None:
        raise RequestNotFoundError()
    return found
