"""What was changed in the console, when and by whom."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.console import PREFIX
from api.console.pages import page
from api.console.session import Signed
from api.services import Served

router = APIRouter(prefix="/settings/log")
_LINES = 50


@router.get("")
async def show_log(
    request: Request,
    visitor: Signed,
    services: Served,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> HTMLResponse:
    found = await services.store.console.audit_lines(visitor.site, before, _LINES + 1)
    lines = found[:_LINES]
    more = f"{PREFIX}/settings/log?before={lines[-1].id}" if len(found) > _LINES else ""
    return page(request, visitor, "settings/log.html", lines=lines, more=more)
