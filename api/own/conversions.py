"""`/v1/conversions`: what came of the mails, item by item."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.auth import Owner
from api.fields import Model
from api.services import Served
from store.conversions import ItemReached
from store.store import Store

router = APIRouter(prefix="/conversions", tags=["Restock"])

USUAL_DAYS = 90
MOST_DAYS = 366
_MOST_ITEMS = 100


class ConversionBody(Model):
    """An item: how many were told of it, came back by the link in their mail, and bought it.

    `bought`: as far as the shop reported it; also of those whose visit was not reported.
    """

    item_key: str
    title: str
    told: int
    visited: int
    bought: int


class ConversionsReply(Model):
    """Items, those most told of first."""

    items: list[ConversionBody]


class NamedItem(BaseModel):
    """What came of an item, and what to call it."""

    title: str
    reached: ItemReached


Days = Annotated[
    int, Query(ge=1, le=MOST_DAYS, description="Of restocks of how many days, to now.")
]


@router.get("", summary="List conversions")
async def list_conversions(
    caller: Owner, services: Served, days: Days = USUAL_DAYS
) -> ConversionsReply:
    """Told, visited and bought, for each of the 100 items that most were told of."""
    found = await items_reached(services.store, caller.site, days)
    return ConversionsReply(
        items=[
            ConversionBody(title=each.title, **each.reached.model_dump(exclude={"newest", "sku"}))
            for each in found
        ]
    )


async def items_reached(store: Store, site: str, days: int) -> list[NamedItem]:
    """What came of each item over some days, those most told of first."""
    since = datetime.now(UTC) - timedelta(days=days)
    found = await store.conversions.of_items(site, since, _MOST_ITEMS)
    named: list[tuple[str, UUID | None]] = [(each.item_key, each.newest) for each in found]
    titles = await store.restock_log.titles(site, named)
    return [
        NamedItem(title=titles.get((each.item_key, each.newest)) or each.sku, reached=each)
        for each in found
    ]
