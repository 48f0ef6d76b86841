"""What shoppers wait for, behind `GET /v1/demand` and the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.services import Services
from domain.demand import Money, days_until, sums, worth
from domain.errors import EngineUnavailableError
from store.records import ShownItem, WantedItem

MOST_PRICED = 500
"""Of how many items, the most wanted, it is summed up what their shoppers would spend."""

_MOST_RUNNING = 1000

Place = tuple[int, str]
"""A place among the items: of the last one seen, how many wait for it, and its key."""


@dataclass(frozen=True)
class DemandedItem:
    """An item that shoppers wait for.

    `asked`: how many of them asked on each of the last 90 days. `restocking`: whether a restock
    of it runs; none where Temporal does not answer.
    """

    wanted: WantedItem
    shown: ShownItem
    revenue: Money | None
    asked: list[int]
    restocking: bool | None

    @property
    def place(self) -> Place:
        return self.wanted.shoppers, self.wanted.item_key


@dataclass(frozen=True)
class Totals:
    """The demand for all items of a site. `revenue`: of the `MOST_PRICED` most wanted.

    `unpriced`: how many of those have no price that is known for sure.
    """

    items: int
    shoppers: int
    units: int
    oldest: datetime | None
    revenue: list[Money]
    unpriced: int


@dataclass(frozen=True)
class DemandPage:
    """Some items; the totals, on the first page; whether there are more."""

    items: list[DemandedItem]
    totals: Totals | None
    more: bool


async def demand_page(
    services: Services, site: str, time_zone: str, after: Place | None, limit: int, like: str = ""
) -> DemandPage:
    """The items of a site that most shoppers wait for, after a place.

    `like`: only items whose name or id has this in it, of the `MOST_PRICED` most wanted.
    """
    demand, is_first = services.store.demand, after is None
    looked_at = await demand.wanted_items(site, after, MOST_PRICED if is_first else limit + 1)
    shown = await demand.shown_items(site, [each.item_key for each in looked_at])
    # Between the two looks, the last shopper of an item may have been told.
    known = [each for each in looked_at if each.item_key in shown]
    found = [each for each in known if _is_like(shown[each.item_key], like)]
    keys = [each.item_key for each in found[:limit]]
    asked = await demand.asked_by_day(site, keys, days_until(datetime.now(UTC), time_zone))
    running = await _running(services, site)
    return DemandPage(
        items=[
            DemandedItem(
                each,
                shown[each.item_key],
                _revenue(each, shown[each.item_key]),
                asked[each.item_key],
                None if running is None else each.item_key in running,
            )
            for each in found[:limit]
        ],
        totals=_totals(known, shown) if is_first else None,
        more=len(found) > limit,
    )


def _is_like(shown: ShownItem, like: str) -> bool:
    wanted = like.strip().casefold()
    return wanted in shown.title.casefold() or wanted in shown.catalog_item_id.casefold()


def _totals(found: Sequence[WantedItem], shown: dict[str, ShownItem]) -> Totals:
    if not found:
        return Totals(0, 0, 0, None, [], 0)
    revenues = [_revenue(each, shown[each.item_key]) for each in found]
    first = found[0]
    return Totals(
        items=first.items,
        shoppers=first.all_shoppers,
        units=first.all_units,
        oldest=first.all_oldest,
        revenue=sums(revenues),
        unpriced=revenues.count(None),
    )


def _revenue(wanted: WantedItem, shown: ShownItem) -> Money | None:
    item = shown.known_item
    return worth(item.price, item.currency, wanted.units)


async def _running(services: Services, site: str) -> set[str] | None:
    try:
        return await services.engine.items_being_restocked(site, _MOST_RUNNING)
    except EngineUnavailableError:
        return None
