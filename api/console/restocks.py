"""`/console/restocks`: what is being announced, with a hand on it, and what was."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, StringConstraints

from api.console import PREFIX
from api.console.audit import audit
from api.console.pages import done, fragment, page
from api.console.session import Signed, Visitor
from api.own.conversions import USUAL_DAYS, Days, items_reached
from api.own.reasons import counted
from api.own.running_now import MOST_RUNNING, Running, running_now
from api.services import Served, Services
from domain.contracts import RestockOutcome
from domain.errors import EngineUnavailableError
from store.conversions import Reached
from store.records import LoggedRestock

router = APIRouter(prefix="/restocks")

_HERE = f"{PREFIX}/restocks"
_ON_A_PAGE = 20

Act = Callable[[str, str], Awaitable[None]]
Name = Annotated[
    str, StringConstraints(pattern=r"^(ids/[0-9a-f]{32}|[0-9a-f]{32}(/[0-9a-f]{16})?)$")
]


class HeldForm(BaseModel):
    """A restock that runs, by its name. `title`: what the page called its item."""

    restock: Name
    title: Annotated[str, StringConstraints(max_length=300)] = ""


class PastRestock(BaseModel):
    """A wave that was announced, with how it came out and why others waited on."""

    logged: LoggedRestock
    title: str
    outcome: RestockOutcome
    reached: Reached

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return [(each.reason, each.count) for each in counted(self.logged.stopped)]


@router.get("")
async def list_restocks(
    request: Request,
    visitor: Signed,
    services: Served,
    before: Annotated[UUID | None, Query()] = None,
) -> HTMLResponse:
    running, past = await asyncio.gather(
        _running(visitor, services), _past(visitor, services, before)
    )
    more = past[_ON_A_PAGE - 1].logged.id if len(past) > _ON_A_PAGE else None
    return page(
        request,
        visitor,
        "restocks/list.html",
        **running,
        past=past[:_ON_A_PAGE],
        is_first=before is None,
        next=more and f"{_HERE}?before={more}",
    )


@router.get("/running")
async def running_restocks(visitor: Signed, services: Served) -> HTMLResponse:
    """What runs, for the script that brings the page up to date."""
    return fragment("restocks/running.html", visitor, **await _running(visitor, services))


@router.get("/conversions")
async def show_conversions(
    request: Request, visitor: Signed, services: Served, days: Days = USUAL_DAYS
) -> HTMLResponse:
    items = await items_reached(services.store, visitor.site, days)
    return page(
        request,
        visitor,
        "restocks/conversions.html",
        items=items,
        days=days,
        public_url=services.settings.public_url,
    )


@router.post("/pause")
async def pause_restock(
    request: Request, visitor: Signed, services: Served, form: Annotated[HeldForm, Form()]
) -> RedirectResponse:
    act = services.engine.pause_restock
    said = "is paused: nobody else is told until you resume it."
    return await _held(request, visitor, services, form, act, "Paused", said)


@router.post("/resume")
async def resume_restock(
    request: Request, visitor: Signed, services: Served, form: Annotated[HeldForm, Form()]
) -> RedirectResponse:
    act = services.engine.resume_restock
    return await _held(request, visitor, services, form, act, "Resumed", "goes on.")


@router.post("/stop")
async def stop_restock(
    request: Request, visitor: Signed, services: Served, form: Annotated[HeldForm, Form()]
) -> RedirectResponse:
    act = services.engine.stop_restock
    said = "is stopped: whoever was not told keeps waiting until more come in."
    return await _held(request, visitor, services, form, act, "Stopped", said)


async def _held(
    request: Request,
    visitor: Visitor,
    services: Services,
    form: HeldForm,
    act: Act,
    what: str,
    said: str,
) -> RedirectResponse:
    await act(visitor.site, form.restock)
    title = form.title or "a restock"
    await audit(services, visitor, f"{what} the restock of {title}.")
    return done(request, _HERE, f"The restock of {title} {said}")


async def _running(visitor: Visitor, services: Services) -> dict[str, Any]:
    """What `running.html` shows; `running` is none where Temporal does not answer."""
    running: list[Running] | None = None
    with suppress(EngineUnavailableError):
        running = await running_now(services, visitor.site)
    return {"running": running, "most_running": MOST_RUNNING, "now": datetime.now(UTC)}


async def _past(visitor: Visitor, services: Services, before: UUID | None) -> list[PastRestock]:
    log, site = services.store.restock_log, visitor.site
    logged = await log.newest(site, None, before, _ON_A_PAGE + 1)
    titles = await log.titles(site, [(each.item_key, each.id) for each in logged])
    ids = [each.id for each in logged]
    outcomes = await log.outcomes(site, ids)
    reached = await services.store.conversions.of_restocks(site, ids)
    return [
        PastRestock(
            logged=each,
            title=titles.get((each.item_key, each.id)) or each.sku or "An item",
            outcome=outcomes.get(each.id, RestockOutcome()),
            reached=reached[each.id],
        )
        for each in logged
    ]
