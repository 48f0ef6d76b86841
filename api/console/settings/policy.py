"""Who is told, and when: the policy, of the whole shop or of one item."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, checked
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.console.settings.policy_effect import Tried, items_to_try, tried
from api.console.settings.policy_form import PolicyForm
from api.own.item_policies import ITEM_FIELDS
from api.own.items import ItemKey
from api.own.policy_bodies import time_zones
from api.services import Served, Services
from domain.matching import LARGEST_QUANTITY

router = APIRouter(prefix="/settings/policy")

_HERE = f"{PREFIX}/settings/policy"
_LISTED = 100
_UNITS_TO_TRY = "10"
OfItem = Annotated[ItemKey | None, Query(description="The item; the whole shop without it.")]


class SentPolicy(PolicyForm):
    """A policy to be saved, or to be tried out with so many units of an item."""

    action: str = Field(default="save", max_length=10)
    try_item: str = Field(default="", max_length=32)
    try_quantity: str = Field(default="", max_length=20)


@router.get("")
async def show_policy(
    request: Request, visitor: Signed, services: Served, item: OfItem = None
) -> HTMLResponse:
    policy = await services.store.sites.policy(visitor.site, item or "")
    form = SentPolicy.of(policy).model_copy(update={"try_quantity": _UNITS_TO_TRY})
    return await _policy_page(request, visitor, services, item, form)


@router.post("")
async def change_policy(
    request: Request,
    visitor: Signed,
    services: Served,
    form: Annotated[SentPolicy, Form()],
    item: OfItem = None,
) -> Response:
    wrong = Wrong()
    changes = form.changes(item is not None, wrong)
    if wrong or form.action == "try":
        effect = None if wrong else await _effect(visitor, services, item, form, changes, wrong)
        return await _policy_page(request, visitor, services, item, form, wrong, effect)
    if item:
        return await _change_item(request, visitor, services, item, changes)
    await services.store.sites.change_policy(visitor.site, changes)
    await audit(services, visitor, "Changed who is told, and when.")
    return done(request, _HERE, "Saved. It holds for those who wait already, too.")


@router.post("/inherit")
async def follow_the_shop(
    request: Request, visitor: Signed, services: Served, item: ItemKey
) -> RedirectResponse:
    await services.store.sites.drop_item_policy(visitor.site, item)
    await audit(services, visitor, f"Let item {item} follow the shop in who is told, and when.")
    return done(request, _HERE, "The item follows the shop in everything again.")


async def _effect(
    visitor: Visitor,
    services: Services,
    item: str | None,
    form: SentPolicy,
    changes: dict[str, Any],
    wrong: Wrong,
) -> Tried | None:
    quantity = checked(wrong, "try_quantity", _units, form.try_quantity or " ")
    tried_item = item or form.try_item
    if quantity is None or not tried_item:
        return None
    of_shop = item is None
    return await tried(services.store, visitor.site, tried_item, quantity, changes, of_shop)


def _units(text: str) -> int:
    if not text.strip().isdecimal() or not 0 < int(text) <= LARGEST_QUANTITY:
        raise ValueError(f"must be a number from 1 to {LARGEST_QUANTITY}")
    return int(text)


async def _change_item(
    request: Request, visitor: Visitor, services: Services, item: str, changes: dict[str, Any]
) -> RedirectResponse:
    """Keep in what the item differs from the shop; in all else it follows it, also later."""
    of_shop = PolicyForm.of(visitor.policy).changes(True, Wrong())
    differs = {name: value for name, value in changes.items() if value != of_shop[name]}
    same = [name for name in ITEM_FIELDS if name not in differs]
    await services.store.sites.change_item_policy(visitor.site, item, differs, same)
    await audit(services, visitor, f"Changed who is told of item {item}, and when.")
    return done(request, f"{_HERE}?item={item}", "Saved for this item.")


async def _policy_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    item: str | None,
    form: SentPolicy,
    wrong: Wrong | None = None,
    effect: Tried | None = None,
) -> HTMLResponse:
    sites = services.store.sites
    keys = [item] if item else await sites.items_with_policy(visitor.site, "", _LISTED)
    return page(
        request,
        visitor,
        "settings/policy.html",
        status_code=400 if wrong else 200,
        item=item,
        items=await sites.item_policies(visitor.site, keys),
        form=form,
        wrong=wrong or Wrong(),
        zones=sorted(time_zones()),
        wanted=await items_to_try(services.store, visitor.site),
        effect=effect,
    )
