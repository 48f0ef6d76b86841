"""Stock levels: the inventory says how many there are of what."""

import logging
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field

from api.auth import OwnerOrInventory
from api.body_limits import MOST_BYTES_OF_LEVELS
from api.fields import Model
from api.services import Served
from api.voyado.fields import ExternalId, Moment, OrNone, Sku
from domain.errors import EngineUnavailableError
from domain.locales import Locale
from domain.matching import LARGEST_QUANTITY, StockLevel

log = logging.getLogger("restock.api")
router = APIRouter(tags=["Voyado: stock levels"])

_MOST_LEVELS = 10_000


class StockLevelBody(Model):
    """How many of a SKU there are, perhaps only for one locale or one external id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"quantity": 12, "sku": "AD_0397_V_685_006_66", "locale": "en-US"}]
        }
    )

    quantity: Annotated[int, Field(strict=True, ge=0, le=LARGEST_QUANTITY)]
    sku: Sku
    locale: OrNone[Locale] = None
    external_id: OrNone[ExternalId] = None
    updated_on: Moment | None = Field(
        default=None, description="Since when; now where it is left out."
    )

    def level(self) -> StockLevel:
        return StockLevel(
            sku=self.sku,
            quantity=self.quantity,
            locale=self.locale or "",
            external_id=self.external_id or "",
            updated_on=self.updated_on,
        )


class StockLevelsReply(Model):
    """How many levels came, and how many were no newer than what is stored and are ignored."""

    received: int
    outdated: int


Levels = Annotated[list[StockLevelBody], Body(max_length=_MOST_LEVELS)]


@router.put(
    "/inventory/stock-levels",
    status_code=202,
    summary="Update stock levels",
    max_body_size=MOST_BYTES_OF_LEVELS,
)
async def update_stock_levels(
    body: Levels, caller: OwnerOrInventory, services: Served
) -> StockLevelsReply:
    """Whoever waits for something that is in stock now is told; all levels are kept, or none."""
    update = await services.store.stock.update(caller.site, [each.level() for each in body])
    if update.arrivals:
        try:
            await services.engine.arrivals_waiting(caller.site)
        except EngineUnavailableError:
            # The arrivals are kept; the reconciler announces them when Temporal is back.
            log.warning("arrivals_postponed", extra={"site": caller.site})
    return StockLevelsReply(received=update.received, outdated=update.outdated)
