"""The integration log: what was announced, to how many, and what stopped the rest."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query

from api.auth import OwnerOrInventory
from api.fields import Model
from api.services import Served
from api.voyado.fields import Shown, Sku
from domain.contracts import Source
from store.records import LoggedRestock

router = APIRouter(tags=["Voyado: integration log"])


class StoppedBody(Model):
    """How many subscriptions wait on for one reason."""

    reason: str
    count: int


class LoggedRestockBody(Model):
    """One announcement. `quantity` is null where the source gave no count."""

    restock_id: UUID
    at: Shown
    sku: str
    locale: str | None
    external_id: str | None
    quantity: int | None
    source: Source
    handed_over: int
    stopped: list[StoppedBody]

    @classmethod
    def of(cls, logged: LoggedRestock) -> Self:
        reasons = sorted(logged.stopped.items(), key=lambda item: (-item[1], item[0]))
        return cls(
            restock_id=logged.id,
            at=logged.at,
            sku=logged.sku,
            locale=logged.locale or None,
            external_id=logged.external_id or None,
            quantity=logged.quantity,
            source=logged.source,
            handed_over=logged.handed_over,
            stopped=[StoppedBody(reason=reason, count=count) for reason, count in reasons],
        )


class RestockLogReply(Model):
    """Announcements, newest first; `next` is the `before` of the next page, if there is one."""

    data: list[LoggedRestockBody]
    next: UUID | None


@router.get("/inventory/backinstock/log", summary="Read the integration log")
async def read_integration_log(
    caller: OwnerOrInventory,
    services: Served,
    sku: Annotated[Sku | None, Query(description="Only what this SKU set off.")] = None,
    before: Annotated[
        UUID | None, Query(description="`next` of the page before: only what is older.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> RestockLogReply:
    """Which SKUs passed, how many subscriptions were handed over, what stopped the others."""
    log = services.store.restock_log
    logged = await log.newest(caller.site, sku, before, limit + 1)
    page = [LoggedRestockBody.of(each) for each in logged[:limit]]
    return RestockLogReply(data=page, next=page[-1].restock_id if len(logged) > limit else None)
