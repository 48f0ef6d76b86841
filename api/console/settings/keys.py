"""API keys: made and shown once, exchanged, and shut out."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.console import PREFIX
from api.console.audit import audit
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.errors import ForbiddenError
from domain.keys import new_key

router = APIRouter(prefix="/settings/keys")

_HERE = f"{PREFIX}/settings/keys"
_BOTH_LET_IN = timedelta(hours=24)


class KeyForm(BaseModel):
    """What a new key may do. `days`: for how long; none is until it is shut out."""

    scope: Literal["storefront", "inventory", "owner"]
    label: str = Field(default="", max_length=100)
    days: Annotated[int, Field(ge=1, le=3650)] | Literal[""] = ""


@router.get("")
async def show_keys(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    return await _keys_page(request, visitor, services)


@router.post("")
async def make_key(
    request: Request, visitor: Signed, services: Served, form: Annotated[KeyForm, Form()]
) -> HTMLResponse:
    key = new_key(form.scope)
    lifetime = timedelta(days=form.days) if form.days else None
    label = form.label.strip()
    await services.store.sites.add_key(visitor.site, form.scope, key, label, lifetime)
    await audit(services, visitor, f"Made a key for {form.scope}, {label or 'without a note'}.")
    return await _keys_page(request, visitor, services, made=key)


@router.post("/{key_id}/rotate")
async def rotate_key(
    request: Request, visitor: Signed, services: Served, key_id: UUID
) -> HTMLResponse:
    """A new key in place of another, which lets in for another day."""
    try:
        old = await services.store.sites.live_key(key_id, visitor.site)
        key = new_key(old.scope)
        await services.store.sites.rotate_key(old, key, _BOTH_LET_IN)
    except ValueError as error:
        raise ForbiddenError(str(error)) from None
    await audit(services, visitor, f"Made a key in place of key {key_id}.")
    return await _keys_page(request, visitor, services, made=key)


@router.post("/{key_id}/revoke")
async def revoke_key(
    request: Request, visitor: Signed, services: Served, key_id: UUID
) -> RedirectResponse:
    if not await services.store.sites.revoke_key(key_id, visitor.site):
        raise ForbiddenError(f"There is no key {key_id}.")
    await audit(services, visitor, f"Shut out key {key_id}.")
    return done(request, _HERE, "The key is shut out: it lets nobody in any more.")


async def _keys_page(
    request: Request, visitor: Visitor, services: Services, made: str = ""
) -> HTMLResponse:
    keys = await services.store.sites.list_keys(visitor.site)
    live = [key for key in keys if not key["revoked_date"]]
    return page(request, visitor, "settings/keys.html", keys=live, made=made)
