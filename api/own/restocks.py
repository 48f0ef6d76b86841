"""`/v1/restocks`: what was announced, wave by wave, and how it came out."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query

from api.auth import Owner
from api.fields import Model
from api.own.reasons import ReasonBody, counted
from api.services import Served
from domain.contracts import RestockOutcome, Source
from store.conversions import Reached
from store.records import LoggedRestock

router = APIRouter(prefix="/restocks", tags=["Restock"])


class RestockBody(Model):
    """One wave of a restock: each has an id of its own.

    `quantity`: how many its source said came in; null without a count. `told`, `failed`,
    `stillSending`, `backToWaiting`: how the requests it claimed stand now; a request that a later
    restock claimed counts there. `erased`: of how many of those told or failed only the count is
    left. `visited`, `bought`: how many came back by the link in their mail, and bought, as far as
    the shop reported it. `stopped`: why others that it looked at wait on.
    """

    restock_id: UUID
    item_key: str
    sku: str
    at: datetime
    quantity: int | None
    source: Source
    told: int
    failed: int
    still_sending: int
    back_to_waiting: int
    erased: int
    visited: int
    bought: int
    stopped: list[ReasonBody]

    @classmethod
    def of(cls, logged: LoggedRestock, outcome: RestockOutcome, reached: Reached) -> Self:
        return cls(
            restock_id=logged.id,
            item_key=logged.item_key,
            sku=logged.sku,
            at=logged.at,
            quantity=logged.quantity,
            source=logged.source,
            told=outcome.told,
            failed=outcome.failed,
            still_sending=outcome.still_sending,
            back_to_waiting=outcome.back_to_waiting,
            erased=outcome.erased,
            visited=reached.visited,
            bought=reached.bought,
            stopped=counted(logged.stopped),
        )


class RestocksReply(Model):
    """Waves, newest first; `next` is the `before` of the next page, if there is one."""

    restocks: list[RestockBody]
    next: UUID | None


@router.get("", summary="List restocks")
async def list_restocks(
    caller: Owner,
    services: Served,
    before: Annotated[
        UUID | None, Query(description="`next` of the page before: only what is older.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> RestocksReply:
    """What was announced, to how many, how that came out, and what stopped the others."""
    log = services.store.restock_log
    logged = await log.newest(caller.site, None, before, limit + 1)
    page = logged[:limit]
    ids = [each.id for each in page]
    outcomes = await log.outcomes(caller.site, ids)
    reached = await services.store.conversions.of_restocks(caller.site, ids)
    return RestocksReply(
        restocks=[
            RestockBody.of(each, outcomes.get(each.id, RestockOutcome()), reached[each.id])
            for each in page
        ],
        next=page[-1].id if len(logged) > limit else None,
    )
