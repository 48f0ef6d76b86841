"""`/console/shoppers`: what is known of a shopper is shown in counts, handed out, or erased.

An address is sent in a form and never stands in a URL, which browsers, proxies and logs keep.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, StringConstraints

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, checked
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.own.shoppers import erase, export_file
from api.services import Served, Services
from domain.addresses import deliverable
from domain.errors import ShopperNotFoundError
from domain.ids import address_key
from store.shoppers import KnownShopper

router = APIRouter(prefix="/shoppers")

_HERE = f"{PREFIX}/shoppers"
_NOBODY = "Nothing is known of this address."
_ANOTHER = "This is another address. Type the one that is to be erased."

Typed = Annotated[str, StringConstraints(max_length=254, strip_whitespace=True)]


class ShopperForm(BaseModel):
    """A shopper, by the address."""

    email: Typed = ""


class EraseForm(ShopperForm):
    """`again`: the same address, typed once more."""

    again: Typed = ""


@router.get("")
async def show_search(request: Request, visitor: Signed) -> HTMLResponse:
    return _page(request, visitor)


@router.post("")
async def show_shopper(
    request: Request, visitor: Signed, services: Served, form: Annotated[ShopperForm, Form()]
) -> HTMLResponse:
    return await _shopper(request, visitor, services, form.email)


@router.post("/export")
async def download(
    request: Request, visitor: Signed, services: Served, form: Annotated[ShopperForm, Form()]
) -> Response:
    reply = await export_file(services, visitor.site, form.email)
    await audit(services, visitor, "Exported what is known of a shopper.")
    return reply


@router.post("/erase")
async def erase_shopper(
    request: Request, visitor: Signed, services: Served, form: Annotated[EraseForm, Form()]
) -> Response:
    """Erase the shopper whose address was typed twice."""
    if address_key(form.again) != address_key(form.email):
        return await _shopper(request, visitor, services, form.email, Wrong(again=_ANOTHER))
    erased = await erase(services, visitor.site, form.email)
    count = f"{erased.requests:,} {'request' if erased.requests == 1 else 'requests'}"
    await audit(services, visitor, f"Erased a shopper with {count}.")
    return done(request, _HERE, f"The shopper is erased, with {count}.")


async def _shopper(
    request: Request, visitor: Visitor, services: Services, email: str, wrong: Wrong | None = None
) -> HTMLResponse:
    """What is known of an address; or the search again, with what is wrong."""
    wrong = wrong or Wrong()
    if checked(wrong, "email", deliverable, email) is None:
        wrong.setdefault("email", "Type the shopper's address.")
        return _page(request, visitor, email, wrong=wrong, status_code=400)
    try:
        known = await services.store.shoppers.known(visitor.site, email)
    except ShopperNotFoundError:
        return _page(request, visitor, email, wrong=Wrong(email=_NOBODY), status_code=404)
    return _page(request, visitor, email, known, wrong, 400 if wrong else 200)


def _page(
    request: Request,
    visitor: Visitor,
    email: str = "",
    known: KnownShopper | None = None,
    wrong: Wrong | None = None,
    status_code: int = 200,
) -> HTMLResponse:
    return page(
        request,
        visitor,
        "shoppers/shopper.html",
        status_code=status_code,
        email=email,
        known=known,
        wrong=wrong or Wrong(),
    )
