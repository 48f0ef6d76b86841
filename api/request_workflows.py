"""Starts and ends the workflows of requests; what Temporal misses, the reconciler does later."""

import logging
from collections.abc import Iterable
from uuid import UUID

from api.services import Services
from domain.errors import EngineUnavailableError
from store.records import RequestRecord

log = logging.getLogger("restock.api")


async def start_workflow(services: Services, record: RequestRecord) -> None:
    """Start the workflow of a request that was made."""
    try:
        await services.engine.start_request(record)
        await services.store.requests.workflow_started(record.id)
    except EngineUnavailableError:
        log.warning("start_postponed", extra={"request": str(record.id)})


async def ask_confirmation_again(services: Services, request_id: UUID) -> None:
    """Have the shopper of a request that is not confirmed asked once more."""
    try:
        await services.engine.ask_confirmation(request_id)
    except EngineUnavailableError:
        log.warning("confirmation_not_asked", extra={"request": str(request_id)})


async def end_workflows(services: Services, request_ids: Iterable[UUID]) -> None:
    """End the workflows of requests that were deleted."""
    for request_id in request_ids:
        try:
            await services.engine.withdraw(request_id)
            await services.store.requests.withdrawn(request_id)
        except EngineUnavailableError:
            log.warning("withdraw_postponed", extra={"request": str(request_id)})
            return
