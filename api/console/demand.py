"""`/console/demand`: what shoppers wait for."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.console import PREFIX
from api.console.figures import money, variant, weeks
from api.console.pages import page
from api.console.session import Signed
from api.own.demand import MOST_PRICED, demand_page
from api.own.demand_list import After, next_after, place_of
from api.services import Served

router = APIRouter(prefix="/demand")

_ON_A_PAGE = 50

Search = Annotated[str, Query(max_length=100)]


@router.get("")
async def list_demand(
    request: Request,
    visitor: Signed,
    services: Served,
    after: After | None = None,
    q: Search = "",
) -> HTMLResponse:
    place = place_of(after)
    found = await demand_page(services, visitor.site, visitor.time_zone, place, _ON_A_PAGE, q)
    following = None if q else next_after(found)
    return page(
        request,
        visitor,
        "demand/list.html",
        found=found,
        q=q,
        is_first=after is None,
        next=following and f"{PREFIX}/demand?after={following}",
        most_priced=MOST_PRICED,
        money=money,
        weeks=weeks,
        variant=variant,
    )
