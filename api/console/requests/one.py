"""`/console/requests/{id}`: why one shopper got a mail or none, and what can be done about it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.console.audit import audit
from api.console.pages import done, fragment, page
from api.console.requests.soon import change_awaited
from api.console.requests.story import story_of
from api.console.session import Signed, Visitor
from api.own.marking import marked
from api.own.retrying import Retry, retry
from api.request_workflows import end_workflows
from api.services import Served, Services
from api.wix.fields import Price
from domain.addresses import deliverable
from domain.catalog import Item
from domain.contracts import ReportedSignal
from domain.errors import AddressInUseError, RequestAlreadyExistsError, RequestNotFoundError
from domain.status import Status
from domain.text import Name, Storable
from store.records import RequestRecord

router = APIRouter(prefix="/requests/{id:uuid}")


class AddressForm(BaseModel):
    """The right address. `again`: and the mail is tried again at once."""

    email: Annotated[str, Field(max_length=254), Storable] = ""
    again: bool = False


class AnnounceForm(BaseModel):
    """What the mail says of the item; what is left out is as it is known."""

    name: Name | None = None
    price: Price | None = None


@router.get("")
async def show_request(
    request: Request, visitor: Signed, services: Served, id: UUID
) -> HTMLResponse:
    return await _shown(request, visitor, services, id)


@router.get("/now")
async def show_what_changes(visitor: Signed, services: Served, id: UUID) -> HTMLResponse:
    """The part of the page that changes while a mail is on its way."""
    story = await story_of(services, visitor, await _existing(services, visitor, id))
    return fragment("requests/now.html", visitor, story=story, wrong="", typed="", taken=None)


@router.post("/mark")
async def mark(request: Request, visitor: Signed, services: Served, id: UUID) -> RedirectResponse:
    record = await _existing(services, visitor, id)
    now = await marked(services, record)
    await audit(services, visitor, "Marked a request as told.")
    is_told = now.status is Status.NOTIFICATION_SENT
    return done(
        request,
        _page_of(id),
        "The request is marked as told." if is_told else "The request will be marked in a moment.",
    )


@router.post("/announce")
async def announce(
    request: Request,
    visitor: Signed,
    services: Served,
    id: UUID,
    form: Annotated[AnnounceForm, Form()],
) -> RedirectResponse:
    """Tell this shopper now, whatever the rules say."""
    record = await _existing(services, visitor, id)
    item = Item(name=form.name or "", price=form.price or "")
    report = ReportedSignal(item_details=item)
    async with change_awaited(services, record):
        await services.engine.report_requests(visitor.site, (id,), report)
        await audit(services, visitor, "Announced an item to one shopper.")
    return done(request, _page_of(id), "The item is announced to this shopper.")


@router.post("/retry")
async def try_again(
    request: Request, visitor: Signed, services: Served, id: UUID
) -> RedirectResponse:
    record = await _existing(services, visitor, id)
    return await _try_again(request, visitor, services, record, "")


@router.post("/address")
async def correct_address(
    request: Request,
    visitor: Signed,
    services: Served,
    id: UUID,
    form: Annotated[AddressForm, Form()],
) -> Response:
    """Correct the address; what is wrong with it is said beside the field."""
    record = await _existing(services, visitor, id)
    try:
        email = deliverable(form.email.strip())
        await services.store.corrections.address(visitor.site, id, email)
    except ValueError as error:
        return await _shown(request, visitor, services, id, wrong=str(error), typed=form.email)
    except AddressInUseError as error:
        return await _shown(request, visitor, services, id, wrong=error.text, typed=form.email)
    except RequestAlreadyExistsError as error:
        return await _shown(
            request,
            visitor,
            services,
            id,
            wrong="This address already waits for this item.",
            typed=form.email,
            taken=error.data.get("id"),
        )
    await audit(services, visitor, "Corrected the address of a request.")
    if form.again:
        return await _try_again(request, visitor, services, record, "The address is corrected. ")
    return done(request, _page_of(id), "The address is corrected.")


@router.get("/delete")
async def ask_to_delete(
    request: Request, visitor: Signed, services: Served, id: UUID
) -> HTMLResponse:
    record = await _existing(services, visitor, id)
    return page(request, visitor, "requests/delete.html", record=record)


@router.post("/delete")
async def delete(request: Request, visitor: Signed, services: Served, id: UUID) -> RedirectResponse:
    if not await services.store.requests.delete(visitor.site, id):
        raise RequestNotFoundError()
    await end_workflows(services, [id])
    await audit(services, visitor, "Deleted a request.")
    return done(request, "/console/requests", "The request is deleted.")


async def _shown(
    request: Request, visitor: Visitor, services: Services, id: UUID, **typed: Any
) -> HTMLResponse:
    story = await story_of(services, visitor, await _existing(services, visitor, id))
    values = {"wrong": "", "typed": "", "taken": None} | typed
    return page(
        request,
        visitor,
        "requests/request.html",
        status_code=400 if values["wrong"] else 200,
        story=story,
        **values,
    )


async def _try_again(
    request: Request, visitor: Visitor, services: Services, record: RequestRecord, before: str
) -> RedirectResponse:
    named = Retry(visitor.site, request_ids=[record.id], with_unknown=True)
    if record.status is not Status.FAILED:
        sentence = "There is nothing to try again: the mail has not failed."
        return done(request, _page_of(record.id), before + sentence)
    async with change_awaited(services, record):
        await retry(services.store, services.engine, named)
        await audit(services, visitor, "Tried the mail of one request again.")
    return done(request, _page_of(record.id), f"{before}The mail is tried again.")


async def _existing(services: Services, visitor: Visitor, request_id: UUID) -> RequestRecord:
    record = await services.store.requests.get(visitor.site, request_id)
    if record is None:
        raise RequestNotFoundError("There is no such request. It may have been deleted.")
    return record


def _page_of(request_id: UUID) -> str:
    return f"/console/requests/{request_id}"
