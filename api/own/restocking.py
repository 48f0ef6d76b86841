"""An owner has an item announced, by one click: behind the console's "restock now"."""

import logging
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from api.fields import Model
from api.services import Services
from api.wix.idempotency import answered_once
from domain.contracts import ReportedSignal
from domain.errors import EngineUnavailableError
from store.database import Connection
from store.idempotency import Call
from store.records import ShownItem
from store.stock import came_in

log = logging.getLogger("restock.api")


@dataclass(frozen=True)
class RestockNow:
    """An item is there: so many units, told wave by wave as the policy says; or nobody counted.

    Without `quantity` everybody is told, as by a report. `id`: of the restock it will be; a
    second call with it begins nothing.
    """

    site: str
    item: ShownItem
    quantity: int | None
    id: UUID


class _Begun(Model):
    by: Literal["stock", "report"]


async def restock_now(services: Services, wanted: RestockNow) -> None:
    """Begin a restock; joins one of the item that runs. Safe to repeat for 24 hours.

    A quantity is kept as the item's stock level; where Temporal is away, the reconciler begins the
    restock later. Without one, raises `EngineUnavailableError` there. Raises
    `IdempotencyKeyReusedError` where the id was of another item or quantity.
    """
    body = f"{wanted.item.item_key} {wanted.quantity}"

    async def begin(connection: Connection | None) -> _Begun:
        if wanted.quantity is None:
            await services.engine.report_item(wanted.site, wanted.item.item_key, ReportedSignal())
            return _Begun(by="report")
        item, store = wanted.item, connection or services.store.pool
        await came_in(store, wanted.site, item.item_key, item.skus[0], wanted.quantity, wanted.id)
        return _Begun(by="stock")

    call = Call(wanted.site, "restock-now", str(wanted.id), body)
    if (await answered_once(services, call, begin, _Begun)).by == "stock":
        await _announce(services, wanted.site)


async def _announce(services: Services, site: str) -> None:
    try:
        await services.engine.arrivals_waiting(site)
    except EngineUnavailableError:
        # What came in is noted; the reconciler announces it when Temporal is back.
        log.warning("arrivals_postponed", extra={"site": site})
