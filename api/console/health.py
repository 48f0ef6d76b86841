"""`/console/health`: whether Restock works, and since when it does not."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.pages import page
from api.console.session import Signed
from api.services import Served

router = APIRouter(prefix="/health")


@router.get("")
async def health(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    return page(request, visitor, "health.html")
