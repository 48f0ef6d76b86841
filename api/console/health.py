"""`/console/health`: whether Restock works, and what is wrong where it does not."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from temporalio.service import RPCError

from api.console.pages import fragment, page
from api.console.session import Signed, Visitor
from api.health import parts
from api.services import Served, Services
from domain.errors import EngineUnavailableError
from store.records import Workload
from workflows.engine_state import EngineState, engine_state

router = APIRouter(prefix="/health")

_OVERDUE = timedelta(minutes=5)


@dataclass(frozen=True)
class Health:
    """`database`, `engine`: `ok`, or what is wrong. `state`: none where the engine is away."""

    database: str
    engine: str
    state: EngineState | None
    work: Workload
    now: datetime

    @property
    def is_reconciled(self) -> bool:
        """Whether the reconciler ran lately."""
        at = self.state.reconciled if self.state else None
        return at is not None and self.now - at < _OVERDUE


@router.get("")
async def show_health(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    health = await _health(visitor, services)
    return page(request, visitor, "health/page.html", health=health, settings=services.settings)


@router.get("/now")
async def health_now(visitor: Signed, services: Served) -> HTMLResponse:
    """The page without its frame, for the script that brings it up to date."""
    health = await _health(visitor, services)
    return fragment("health/now.html", visitor, health=health, settings=services.settings)


async def _health(visitor: Visitor, services: Services) -> Health:
    (database, engine), state, work = await asyncio.gather(
        parts(services), _state(services), services.store.console.workload(visitor.site)
    )
    return Health(database, engine, state, work, datetime.now().astimezone())


async def _state(services: Services) -> EngineState | None:
    try:
        return await engine_state(services.engine.client)
    except (EngineUnavailableError, RPCError):
        return None
