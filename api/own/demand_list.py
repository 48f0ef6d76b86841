"""`/v1/demand`: what shoppers wait for, the most wanted first."""

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from api.auth import Owner
from api.fields import Model, OrAbsent
from api.own.demand import DemandedItem, DemandPage, Place, Totals, demand_page
from api.own.items import shown_reference
from api.services import Served
from api.wix.models import ReferenceBody
from domain.demand import Money

router = APIRouter(prefix="/demand", tags=["Restock"])

After = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9a-f]{32}$", max_length=43)]
"""A place among the items, as `next` gives it."""


class MoneyBody(Model):
    """A decimal number as text, and an ISO 4217 code; empty where nobody names the currency."""

    amount: str
    currency: str

    @classmethod
    def of(cls, money: Money) -> Self:
        return cls(amount=f"{money.amount:f}", currency=money.currency)


class DemandedItemBody(Model):
    """An item that shoppers wait for.

    `catalogReference`, or `sku` for an item of Voyado's dialect. `units`: how many they want.
    `oldest`: when the first of them asked. `price`, `currency`: as the product feed says, or else
    the newest request. `revenue`: what the units would cost; null where the price cannot be read
    for sure. `stock`: the last level the inventory told; null where it told none. `askedByDay`: how
    many of those who wait asked on each of the last 90 days, by the shop's clock, today last.
    `restocking`: whether a restock of it runs; null where Temporal does not answer.
    """

    item_key: str
    catalog_reference: OrAbsent[ReferenceBody] = None
    sku: OrAbsent[str] = None
    name: str
    image_url: str
    shoppers: int
    units: int
    oldest: datetime
    price: str
    currency: str
    revenue: MoneyBody | None
    stock: int | None
    asked_by_day: list[int]
    restocking: bool | None

    @classmethod
    def of(cls, found: DemandedItem) -> Self:
        wanted, shown, item = found.wanted, found.shown, found.shown.known_item
        return cls(
            item_key=wanted.item_key,
            **shown_reference(shown.reference),
            name=item.name,
            image_url=item.image_url,
            shoppers=wanted.shoppers,
            units=wanted.units,
            oldest=wanted.oldest.astimezone(UTC),
            price=item.price,
            currency=item.currency,
            revenue=found.revenue and MoneyBody.of(found.revenue),
            stock=shown.stock,
            asked_by_day=found.asked,
            restocking=found.restocking,
        )


class TotalsBody(Model):
    """The demand for all items. `revenue`: in each currency, of the 500 most wanted items.

    `unpricedItems`: how many of those have no price that can be read for sure.
    """

    items: int
    shoppers: int
    units: int
    oldest: datetime | None
    revenue: list[MoneyBody]
    unpriced_items: int

    @classmethod
    def of(cls, totals: Totals) -> Self:
        return cls(
            items=totals.items,
            shoppers=totals.shoppers,
            units=totals.units,
            oldest=totals.oldest and totals.oldest.astimezone(UTC),
            revenue=[MoneyBody.of(each) for each in totals.revenue],
            unpriced_items=totals.unpriced,
        )


class DemandReply(Model):
    """Items, the most wanted first; the totals on the first page; the `after` of the next page."""

    items: list[DemandedItemBody]
    totals: OrAbsent[TotalsBody] = None
    next: str | None

    @classmethod
    def of(cls, page: DemandPage) -> Self:
        return cls(
            items=[DemandedItemBody.of(each) for each in page.items],
            totals=page.totals and TotalsBody.of(page.totals),
            next=next_after(page),
        )


@router.get("", summary="List what shoppers wait for")
async def list_demand(
    caller: Owner,
    services: Served,
    after: Annotated[After | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> DemandReply:
    """Items by how many shoppers wait for them, since when, and what they would spend.

    While shoppers come and go between two calls, an item may be on both pages, or on neither.
    """
    policy = await services.store.sites.policy(caller.site)
    page = await demand_page(services, caller.site, policy.time_zone, place_of(after), limit)
    return DemandReply.of(page)


def place_of(after: str | None) -> Place | None:
    if after is None:
        return None
    shoppers, _, item_key = after.partition(".")
    return int(shoppers), item_key


def next_after(page: DemandPage) -> str | None:
    """The `after` of the next page, if there is one."""
    if not page.more:
        return None
    shoppers, item_key = page.items[-1].place
    return f"{shoppers}.{item_key}"
