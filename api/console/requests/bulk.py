"""`/console/requests/bulk`: something is done to many requests at once, by a workflow."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from api.console.audit import audit
from api.console.pages import done, fragment, page
from api.console.requests.filters import RequestFilter, most_counted, query_of, understood
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.bulk import Bulk, BulkAction, NewBulk
from domain.errors import EngineUnavailableError, RequestNotFoundError
from domain.status import Status
from store.bulk import BulkRecord

router = APIRouter(prefix="/requests/bulk")

_LIST = "/console/requests"
_PATIENCE_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.05
_MOST_TICKED = 100


@dataclass(frozen=True)
class Words:
    """How an action is asked for, what it does, and what was done, with a number before it."""

    question: str
    explained: str
    button: str
    done: str


WORDS = {
    BulkAction.MARK: Words(
        "Mark as told",
        "They count as told by you. Restock sends them no mail any more. What was told already, or "
        "is being told, stays as it is.",
        "Mark as told",
        "marked as told",
    ),
    BulkAction.ANNOUNCE: Words(
        "Announce now",
        "Each of these shoppers gets the mail that the item is back, without regard to stock, "
        "conditions or quiet hours. Only who waits is told.",
        "Send the mails",
        "announced",
    ),
    BulkAction.RETRY: Words(
        "Try again",
        "The mail is sent once more to those to whom it failed.",
        "Try again",
        "tried again",
    ),
    BulkAction.DELETE: Words(
        "Delete",
        "The requests and all that is known of them are gone for good, and no mail is sent. This "
        "cannot be taken back.",
        "Delete for good",
        "deleted",
    ),
}


class BulkForm(RequestFilter):
    """What to do, and to which: those that are ticked, or all that the filter finds."""

    action: BulkAction
    ids: Annotated[list[UUID], Field(default_factory=list, max_length=_MOST_TICKED)]
    everything: bool = False
    with_unknown: bool = False


@dataclass(frozen=True)
class _Chosen:
    """The filter of what is meant, and how many of those the action is for."""

    raw: dict[str, Any]
    matching: int
    expected: int


@router.post("/confirm")
async def ask_to_confirm(
    request: Request, visitor: Signed, services: Served, form: Annotated[BulkForm, Form()]
) -> HTMLResponse:
    """Says how many and what will happen; nothing is done yet."""
    chosen = await _chosen(services, visitor, form)
    return page(
        request,
        visitor,
        "requests/confirm.html",
        form=form,
        asked=_asked(form),
        chosen=chosen,
        words=WORDS[form.action],
    )


@router.post("")
async def begin(
    request: Request, visitor: Signed, services: Served, form: Annotated[BulkForm, Form()]
) -> RedirectResponse:
    """Begin it, and wait a little for its end: where there are few, that is there at once."""
    chosen = await _chosen(services, visitor, form)
    words = WORDS[form.action]
    back = _asked(form).href()
    if not chosen.expected:
        return done(request, back, "There is no request to do this to. Nothing was changed.")
    bulk = await services.store.bulks.add(
        visitor.site,
        NewBulk(
            action=form.action,
            filter=chosen.raw,
            expected=chosen.expected,
            with_unknown=form.with_unknown,
        ),
    )
    await audit(services, visitor, f"{words.question}: {_several(chosen.expected)}.")
    if record := await _once_finished(services, bulk):
        return done(request, back, _sentence(record))
    return RedirectResponse(f"{_LIST}/bulk/{bulk.bulk_id}", status_code=303)


@router.get("/{id}")
async def progress(request: Request, visitor: Signed, services: Served, id: UUID) -> HTMLResponse:
    """How far it is."""
    return page(request, visitor, "requests/bulk.html", **await _progress(services, visitor, id))


@router.get("/{id}/progress")
async def progress_alone(visitor: Signed, services: Served, id: UUID) -> HTMLResponse:
    """The part of that page that changes."""
    values = await _progress(services, visitor, id)
    return fragment("requests/progress.html", visitor, **values)


def _asked(form: BulkForm) -> RequestFilter:
    """The filter of the list it came from."""
    return RequestFilter.model_validate(form.model_dump())


async def _progress(services: Services, visitor: Visitor, bulk_id: UUID) -> dict[str, Any]:
    record = await services.store.bulks.get(visitor.site, bulk_id)
    if record is None:
        raise RequestNotFoundError("There is no such change of many requests.")
    return {"bulk": record, "sentence": _sentence(record), "words": WORDS[record.action]}


async def _chosen(services: Services, visitor: Visitor, form: BulkForm) -> _Chosen:
    if form.everything:
        found = await understood(services.store, visitor.site, form, visitor.time_zone)
        # What cannot be read must not mean: all of them.
        raw = {"id": {"$in": []}} if found.wrong else found.raw
    else:
        raw = {"id": {"$in": [str(each) for each in form.ids]}}
    query = await query_of(services.store, visitor.site, raw)
    counts = await services.store.listing.counts(visitor.site, query, most_counted(raw))
    allowed = (counts[Status(status)] for status in form.action.statuses)
    return _Chosen(raw, sum(counts.values()), sum(allowed))


async def _once_finished(services: Services, bulk: Bulk) -> BulkRecord | None:
    """The action, if it is over soon. Where Temporal is away the reconciler begins it later."""
    try:
        await services.engine.start_bulk(bulk)
        await services.store.bulks.started(bulk.bulk_id)
    except EngineUnavailableError:
        return None
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < until:
        record = await services.store.bulks.get(bulk.site, bulk.bulk_id)
        if record is None or record.finished_date:
            return record
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return None


def _sentence(bulk: BulkRecord) -> str:
    left = bulk.looked_at - bulk.done
    rest = f" {_several(left)} left as it was." if left else ""
    verb = "was" if bulk.done == 1 else "were"
    return f"{_several(bulk.done)} {verb} {WORDS[bulk.action].done}.{rest}"


def _several(count: int) -> str:
    return "1 request" if count == 1 else f"{count:,} requests"
