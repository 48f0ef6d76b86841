"""`/console/requests/{id}/mails`: the mails to a shopper as they were sent."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from api.console.pages import page
from api.console.session import Signed, Visitor
from api.mail_parts import parts_of
from api.services import Served, Services
from domain.errors import RequestNotFoundError

router = APIRouter(prefix="/requests/{id:uuid}/mails/{restock_id:uuid}")


@router.get("")
async def show_mail(
    request: Request, visitor: Signed, services: Served, id: UUID, restock_id: UUID
) -> HTMLResponse:
    """The mail as it was sent."""
    source = await _mail(services, visitor, id, restock_id)
    return page(
        request,
        visitor,
        "requests/mail.html",
        shows_mail=True,
        mail=parts_of(source),
        id=id,
        restock_id=restock_id,
    )


@router.get("/source")
async def show_source(
    visitor: Signed, services: Served, id: UUID, restock_id: UUID
) -> PlainTextResponse:
    """That mail, byte for byte."""
    return PlainTextResponse(await _mail(services, visitor, id, restock_id))


async def _mail(services: Services, visitor: Visitor, request_id: UUID, restock_id: UUID) -> bytes:
    mail = await services.store.deliveries.mail_sent(visitor.site, request_id, restock_id)
    if mail is None:
        raise RequestNotFoundError("There is no such mail, or it was not kept.")
    return mail
