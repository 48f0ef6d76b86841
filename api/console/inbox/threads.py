"""`/console/inbox`: one thread per shopper, and what the owner writes to them."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.audit import audit
from api.console.forms import Wrong
from api.console.inbox.message_form import MaybeId, MessageForm
from api.console.inbox.message_limits import wait_before_writing
from api.console.pages import done, page
from api.console.requests.filters import query_of
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.addresses import deliverable
from domain.bulk import BulkAction
from domain.errors import ContactNotFoundError, EngineUnavailableError
from domain.messages import LONGEST_SUBJECT, LONGEST_TEXT, Message, MessageState
from store.records import Contact, RequestRecord

router = APIRouter(prefix="/inbox")

_MOST_THREADS, _MOST_LINES = 30, 100
_PATIENCE_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.05
_SENTENCES = {
    MessageState.SENT: "Your message is sent.",
    MessageState.REFUSED: "Your message was not sent: the mail server refused it.",
    MessageState.UNKNOWN: "Nobody knows whether your message was sent.",
    MessageState.DEFERRED: "The mail server did not take your message yet. It is tried again.",
}
_ON_ITS_WAY = "Your message is on its way."

Before = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("")
async def list_threads(
    request: Request, visitor: Signed, services: Served, before: Before = None
) -> HTMLResponse:
    threads, rest = await services.store.threads.newest(visitor.site, before, _MOST_THREADS)
    shop = [] if before else await services.store.threads.shop_lines(visitor.site, None, 1)
    return page(
        request,
        visitor,
        "inbox/list.html",
        threads=threads,
        shop=next(iter(shop), None),
        next=rest and f"/console/inbox?before={rest}",
    )


@router.get("/shop")
async def show_shop_lines(
    request: Request, visitor: Signed, services: Served, before: Before = None
) -> HTMLResponse:
    lines = await services.store.threads.shop_lines(visitor.site, before, _MOST_LINES + 1)
    return page(request, visitor, "inbox/shop.html", **_lines(lines, "/console/inbox/shop"))


@router.get("/find")
async def find_shopper(
    request: Request,
    visitor: Signed,
    services: Served,
    address: Annotated[str, Query(max_length=254)] = "",
) -> RedirectResponse:
    """The thread of an address."""
    contact = await services.store.contacts.find(visitor.site, _readable(address))
    if contact is None:
        return done(request, "/console/inbox", "No shopper has this address.")
    return RedirectResponse(_thread_of(contact.id), status_code=303)


@router.get("/{contact_id:uuid}")
async def show_thread(
    request: Request,
    visitor: Signed,
    services: Served,
    contact_id: UUID,
    before: Before = None,
    marks: MaybeId = None,
) -> HTMLResponse:
    """`marks`: the request the owner came from, which the message is about."""
    contact = await _existing(services, visitor, contact_id)
    reply = await _thread(request, visitor, services, contact, MessageForm(marks=marks), before)
    if before is None:
        await services.store.threads.read(visitor.site, contact_id)
    return reply


@router.post("/{contact_id:uuid}")
async def write(
    request: Request,
    visitor: Signed,
    services: Served,
    contact_id: UUID,
    form: Annotated[MessageForm, Form()],
) -> Response:
    """Send a mail to the shopper; what is wrong with it is said, and nothing typed is lost."""
    contact = await _existing(services, visitor, contact_id)
    if wrong := form.wrong():
        return await _thread(
            request, visitor, services, contact, form, wrong=wrong, status_code=400
        )
    if seconds := await wait_before_writing(request, visitor.site):
        wait = f"You wrote too many messages. Send this one in {seconds} seconds."
        return await _thread(
            request, visitor, services, contact, form, wrong=Wrong({"": wait}), status_code=429
        )
    message = Message(
        site=visitor.site,
        message_id=await services.store.messages.add(
            visitor.site,
            form.message(contact_id),
        ),
    )
    await audit(services, visitor, "Wrote to a shopper.")
    return done(request, _thread_of(contact_id), await _soon(services, message))


async def _soon(services: Services, message: Message) -> str:
    """How it went, where that is known soon. Where Temporal is away, the reconciler sends it."""
    try:
        await services.engine.start_message(message)
        await services.store.messages.started(message.message_id)
    except EngineUnavailableError:
        return "Your message is kept, and is sent as soon as Restock works again."
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    state = None
    while asyncio.get_running_loop().time() < until:
        state = await services.store.messages.state(message.site, message.message_id)
        if state is None or state.is_settled:
            break
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return _SENTENCES.get(state, _ON_ITS_WAY) if state else _ON_ITS_WAY


async def _thread(
    request: Request,
    visitor: Visitor,
    services: Services,
    contact: Contact,
    form: MessageForm,
    before: int | None = None,
    wrong: Wrong | None = None,
    status_code: int = 200,
) -> HTMLResponse:
    store, site = services.store, visitor.site
    lines = await store.threads.lines(site, contact.id, before, _MOST_LINES + 1)
    query = await query_of(store, site, {"contactId": str(contact.id)})
    listed = await store.listing.page(site, query)
    requests = [RequestRecord.of(row) for row in listed.rows]
    return page(
        request,
        visitor,
        "inbox/thread.html",
        status_code=status_code,
        contact=contact,
        requests=requests,
        glances=await store.requested_items.glances(site, [each.id for each in requests]),
        markable=[each for each in requests if each.status in BulkAction.MARK.statuses],
        form=form,
        wrong=wrong or Wrong(),
        longest_subject=LONGEST_SUBJECT,
        longest_text=LONGEST_TEXT,
        **_lines(lines, _thread_of(contact.id)),
    )


def _lines(lines: list[Any], path: str) -> dict[str, Any]:
    """The lines in the order they are read, and where those before them are."""
    shown = lines[:_MOST_LINES]
    older = f"{path}?before={shown[-1].id}" if len(lines) > _MOST_LINES else None
    return {"lines": shown[::-1], "older": older}


async def _existing(services: Services, visitor: Visitor, contact_id: UUID) -> Contact:
    contact = await services.store.contacts.get(visitor.site, contact_id)
    if contact is None:
        raise ContactNotFoundError()
    return contact


def _readable(address: str) -> str:
    """The address in its normal form, or as it was typed where it has none."""
    try:
        return deliverable(address.strip())
    except ValueError:
        return "" if "\0" in address else address


def _thread_of(contact_id: UUID) -> str:
    return f"/console/inbox/{contact_id}"
