"""A shopper confirms that the address is theirs: a page with one button, by the link of a mail.

Mail scanners open links, so opening it changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.request_workflows import ask_confirmation_again, start_workflow
from api.services import Served
from api.shopper import PREFIX
from api.shopper.pages import page
from api.shopper.visits import subject_of
from api.shopper.words import words_for
from domain.errors import LinkInvalidError
from domain.shopper_links import ExpiredLinkError, InvalidLinkError, LinkPurpose, site_of
from store.records import RequestRecord, Shopper

router = APIRouter(prefix=f"{PREFIX}/confirm/{{token}}", include_in_schema=False)


class State(StrEnum):
    """What the page says."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    SENT_AGAIN = "sent_again"


@dataclass(frozen=True)
class Confirmation:
    """A request, its shopper, and whether the link is still good."""

    request: RequestRecord
    shopper: Shopper
    is_expired: bool


async def _confirmation(token: str, services: Served) -> Confirmation:
    is_expired = False
    try:
        site, request_id = await subject_of(services, token, LinkPurpose.CONFIRMATION)
    except ExpiredLinkError as expired:
        site, request_id, is_expired = site_of(token), expired.subject, True
    except InvalidLinkError:
        raise LinkInvalidError() from None
    request = await services.store.requests.get(site, request_id)
    shopper = request and await services.store.own_requests.shopper(site, request.contact_id)
    if not (request and shopper):
        raise LinkInvalidError()
    return Confirmation(request, shopper, is_expired)


Confirming = Annotated[Confirmation, Depends(_confirmation)]


@router.get("")
async def see(token: str, confirmation: Confirming, sent_again: bool = False) -> HTMLResponse:
    """What is to be confirmed, with a button."""
    if not confirmation.request.unconfirmed:
        return _page(token, confirmation, State.CONFIRMED)
    if sent_again:
        return _page(token, confirmation, State.SENT_AGAIN)
    return _page(token, confirmation, State.EXPIRED if confirmation.is_expired else State.ASKED)


@router.post("")
async def confirm(token: str, confirmation: Confirming, services: Served) -> RedirectResponse:
    """Confirm, once however often it is said; with an old link it is asked for again."""
    request = confirmation.request
    if not confirmation.is_expired:
        confirmed = await services.store.confirmations.confirm(request.site, request.id)
        if confirmed:
            await start_workflow(services, confirmed)
    return _back(token)


@router.post("/again")
async def send_again(token: str, confirmation: Confirming, services: Served) -> RedirectResponse:
    """Have the mail sent again, where the shopper was not asked just now or too often."""
    if confirmation.request.unconfirmed:
        await ask_confirmation_again(services, confirmation.request.id)
    return _back(token, "?sent_again=true")


def _page(token: str, confirmation: Confirmation, state: State) -> HTMLResponse:
    request, shopper = confirmation.request, confirmation.shopper
    return page(
        words_for(request.locale, shopper.locale, shopper.site_locale),
        "confirmation.html",
        address=f"{PREFIX}/confirm/{token}",
        state=state,
        shop=shopper.site_name,
        item=request.title,
    )


def _back(token: str, query: str = "") -> RedirectResponse:
    return RedirectResponse(f"{PREFIX}/confirm/{token}{query}", status_code=303)
