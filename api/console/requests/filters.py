"""Which requests the owner looks at: the form above the list, and the filter it stands for."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Query as QueryParameters
from pydantic import BaseModel, ConfigDict, Field

from domain.ids import address_key
from domain.query import Query, find_owner_column, parse_query
from domain.status import Status
from domain.text import Storable
from store.requested_items import FoundItem
from store.store import Store

_MOST_ITEMS = 50
_NO_DATE = "Write it as year-month-day, such as 2026-11-30."


class RequestFilter(BaseModel):
    """The form's fields, as they were filled in. `since`, `until`: days of the shop's calendar.

    `item`: a part of its name or its id, or its key.
    """

    model_config = ConfigDict(extra="ignore")

    status: Annotated[str, Field(pattern=f"^({'|'.join(Status)})?$")] = ""
    item: Annotated[str, Field(max_length=200), Storable] = ""
    address: Annotated[str, Field(max_length=254), Storable] = ""
    since: Annotated[str, Field(max_length=40), Storable] = ""
    until: Annotated[str, Field(max_length=40), Storable] = ""

    def href(self, path: str = "/console/requests", **changes: str) -> str:
        """A link to what this filter finds, with some of its fields changed."""
        given = {name: value for name, value in (self.model_dump() | changes).items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def is_empty(self) -> bool:
        return not any(self.model_dump().values())


Filtered = Annotated[RequestFilter, QueryParameters()]


@dataclass
class Found:
    """What a filter stands for: a filter of `domain.query`, the items it names, what is wrong."""

    raw: dict[str, Any] = field(default_factory=dict)
    items: list[FoundItem] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


async def understood(store: Store, site: str, asked: RequestFilter, zone: str) -> Found:
    """Read a filter, by a clock of the zone; `wrong` names the fields that cannot be read."""
    found = Found()
    if asked.status:
        found.raw["status"] = asked.status
    if address := address_key(asked.address):
        found.raw["address"] = {"$startsWith": address}
    if words := asked.item.strip():
        found.items = await store.requested_items.find(site, words, _MOST_ITEMS)
        found.raw["itemKey"] = {"$in": [each.item_key for each in found.items]}
    if days := _days(found, asked, ZoneInfo(zone)):
        found.raw["createdDate"] = days
    return found


async def query_of(store: Store, site: str, raw: dict[str, Any], cursor: str = "") -> Query:
    """The query of a filter, or of the page that a cursor names. Raises `QueryError`."""
    return parse_query(
        {"cursorPaging": {"cursor": cursor}} if cursor else {"filter": raw},
        cursor_key=await store.sites.cursor_key(site),
        scope=site,
        find_field=find_owner_column,
    )


def most_counted(raw: dict[str, Any]) -> int:
    """How far it is counted what a filter finds: an index of the status alone needs no row."""
    return 20_000 if raw.keys() & {"address", "itemKey"} else 100_000


def _days(found: Found, asked: RequestFilter, zone: ZoneInfo) -> dict[str, str]:
    days = {}
    for name, operator, later in (("since", "$gte", 0), ("until", "$lt", 1)):
        text = getattr(asked, name).strip()
        try:
            day = date.fromisoformat(text) + timedelta(days=later) if text else None
        except (ValueError, OverflowError):
            found.wrong[name] = _NO_DATE
            continue
        if day:
            days[operator] = datetime.combine(day, time(), zone).isoformat()
    return days
