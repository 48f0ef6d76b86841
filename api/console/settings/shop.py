"""The shop: its name and addresses, and for which apps requests are collected."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, checked
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.services import Served, Services
from api.wix.fields import AppId
from api.wix.settings import catalogs, collect
from domain.addresses import own_address, sender
from domain.catalog import VOYADO_APP_ID, WIX_STORES_APP_IDS
from domain.locales import a_locale
from domain.text import LONGEST_NAME, one_line

router = APIRouter(prefix="/settings")

_HERE = f"{PREFIX}/settings"
_NAMES = {
    WIX_STORES_APP_IDS[0]: "Wix Stores",
    WIX_STORES_APP_IDS[1]: "Wix Stores (older)",
    VOYADO_APP_ID: "Voyado Engage",
}


class ShopForm(BaseModel):
    """What a shop is called, and by which addresses. Empty: as the settings of Restock say."""

    name: str = Field(default="", max_length=LONGEST_NAME)
    owner_email: str = Field(default="", max_length=LONGEST_NAME)
    mail_from: str = Field(default="", max_length=2 * LONGEST_NAME)
    locale: str = Field(default="", max_length=100)


@dataclass(frozen=True)
class App:
    """An app whose requests are collected, or not. `name`: none where only its id is known."""

    id: str
    name: str
    collecting: bool


@router.get("")
async def show_shop(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    site = dict(await services.store.sites.get(visitor.site) or {})
    form = ShopForm.model_validate({name: site.get(name) or "" for name in ShopForm.model_fields})
    return await _shop_page(request, visitor, services, form)


@router.post("")
async def change_shop(
    request: Request, visitor: Signed, services: Served, form: Annotated[ShopForm, Form()]
) -> Response:
    wrong = Wrong()
    checked(wrong, "name", partial(one_line, longest=LONGEST_NAME), form.name or " ")
    checked(wrong, "owner_email", own_address, form.owner_email)
    checked(wrong, "mail_from", sender, form.mail_from)
    checked(wrong, "locale", a_locale, form.locale)
    if wrong:
        return await _shop_page(request, visitor, services, form, wrong)
    await services.store.sites.describe(visitor.site, **form.model_dump())
    await audit(services, visitor, "Changed the shop's name, addresses or language.")
    return done(request, _HERE, "Your shop is changed.")


@router.post("/collecting")
async def switch_collecting(
    request: Request,
    visitor: Signed,
    services: Served,
    app_id: Annotated[AppId, Form()],
    collecting: Annotated[bool, Form()],
) -> RedirectResponse:
    await collect(services, visitor.site, app_id, collecting)
    app = _NAMES.get(app_id, app_id)
    said = f"{'Started' if collecting else 'Stopped'} collecting requests of {app}."
    await audit(services, visitor, said)
    return done(request, _HERE, said)


async def _shop_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    form: ShopForm,
    wrong: Wrong | None = None,
) -> HTMLResponse:
    return page(
        request,
        visitor,
        "settings/shop.html",
        status_code=400 if wrong else 200,
        form=form,
        wrong=wrong or Wrong(),
        apps=await apps_of(services, visitor.site),
        defaults=services.settings,
    )


async def apps_of(services: Services, site: str) -> list[App]:
    """Those that may be switched, and those that ever were."""
    states = await services.store.sites.collection_states(site)
    known = dict.fromkeys((*catalogs(services), *states))
    return [App(each, _NAMES.get(each, ""), states.get(each, False)) for each in known]
