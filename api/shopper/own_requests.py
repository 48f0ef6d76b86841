"""A shopper sees own requests at a shop, ends them, and asks again."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from api.request_workflows import end_workflows, start_workflow
from api.services import Served, Services
from api.shopper import PREFIX
from api.shopper.pages import page
from api.shopper.visits import Visit, Visiting

router = APIRouter(prefix=f"{PREFIX}/{{token}}", include_in_schema=False)

_Request = Annotated[UUID, Form(alias="request")]


class Done(StrEnum):
    """What was just done, as the page says it."""

    ENDED = "did_end"
    ENDED_ALL = "did_end_all"
    RESUMED = "did_resume"


@router.get("")
async def see(
    token: str, visit: Visiting, services: Served, done: Done | None = None
) -> HTMLResponse:
    """What the shopper waits for, and what was ended. Changes nothing, whoever opens it."""
    return await _page(services, visit, token, done)


@router.post("")
async def end_all(
    token: str,
    visit: Visiting,
    services: Served,
    one_click: Annotated[Literal["One-Click"], Form(alias="List-Unsubscribe")],
) -> HTMLResponse:
    """End all requests: the one click of a mail program (RFC 8058), and of the page.

    It answers at once, as a mail program follows no redirection.
    """
    await _end(services, visit)
    return await _page(services, visit, token, Done.ENDED_ALL)


@router.post("/end")
async def end(
    token: str, visit: Visiting, services: Served, request_id: _Request
) -> RedirectResponse:
    """End one request."""
    await _end(services, visit, request_id)
    return _back(token, Done.ENDED)


@router.post("/resume")
async def resume(
    token: str, visit: Visiting, services: Served, request_id: _Request
) -> RedirectResponse:
    """Ask again for what was ended, in the place that it had."""
    record = await services.store.own_requests.resume(visit.site, visit.contact_id, request_id)
    if record:
        await start_workflow(services, record)
    return _back(token, Done.RESUMED)


async def _end(services: Services, visit: Visit, request_id: UUID | None = None) -> None:
    own = services.store.own_requests
    await end_workflows(services, await own.end(visit.site, visit.contact_id, request_id))


async def _page(services: Services, visit: Visit, token: str, done: Done | None) -> HTMLResponse:
    own = services.store.own_requests
    return page(
        visit.words,
        "own_requests.html",
        address=f"{PREFIX}/{token}",
        shop=visit.shopper.site_name,
        done=done,
        requests=await own.requests(visit.site, visit.contact_id),
        ended=await own.ended(visit.site, visit.contact_id),
    )


def _back(token: str, done: Done) -> RedirectResponse:
    return RedirectResponse(f"{PREFIX}/{token}?done={done}", status_code=303)
