"""`/console/demand/restock`: whom a restock would tell; and then it begins."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from api.console import PREFIX
from api.console.audit import audit
from api.console.figures import variant
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.own.dry_run import Arrival, DryRun, dry_run
from api.own.items import ItemKey
from api.own.previews import mail_to_first
from api.own.restocking import RestockNow, restock_now
from api.services import Served, Services
from domain.errors import EngineUnavailableError, RestockError
from domain.matching import LARGEST_QUANTITY, Audience
from domain.preview import PreviewedMail
from store.records import ShownItem

router = APIRouter(prefix="/demand/restock")

_NOT_A_NUMBER = "Write how many there are in digits, such as 12."
_SAY_HOW_MANY = "Say how many there are, or that everybody is to be told."
_NOBODY_WAITS = "Nobody waits for this item any more."
# Of a queue of thousands, the head says what is to be known, and says it at once.
_MOST_LOOKED_AT = 1000
_AT_ONCE = timedelta(minutes=1)

Quantity = Annotated[str, Field(max_length=12)]


class NobodyWaitsError(RestockError):
    """An item that nobody waits for."""

    http_status = 404
    code = "NOBODY_WAITS"

    def __init__(self) -> None:
        super().__init__(_NOBODY_WAITS)


class AskedFor(BaseModel):
    """How many of an item there are. `everybody`: nobody counted; all who wait are told."""

    item: ItemKey
    quantity: Quantity = ""
    everybody: bool = False

    def units(self) -> int | None:
        """None is for everybody. Raises `ValueError` with what to tell the owner."""
        if self.everybody:
            return None
        text = "".join(self.quantity.split())
        if not text:
            raise ValueError(_SAY_HOW_MANY)
        if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_QUANTITY):
            raise ValueError(_NOT_A_NUMBER)
        return int(text)


class Confirmed(AskedFor):
    """The owner has seen whom it tells. `id`: of the restock, so that two clicks are one."""

    id: UUID


@dataclass(frozen=True)
class _Plan:
    """What would happen at a moment. `units`: none where everybody is told."""

    at: datetime
    units: int | None
    found: DryRun
    mail: PreviewedMail

    @property
    def told(self) -> int:
        return sum(len(wave.told) for wave in self.found.preview.waves)

    @property
    def looked_at(self) -> int:
        """How many of those who wait, from the head of the queue."""
        return len(self.found.places)

    @property
    def begins_later(self) -> bool:
        """Whether these are quiet hours."""
        waves = self.found.preview.waves
        return bool(waves) and waves[0].at > self.at + _AT_ONCE


@router.get("")
async def plan_restock(
    request: Request, visitor: Signed, services: Served, asked: Annotated[AskedFor, Query()]
) -> HTMLResponse:
    """Whom a restock would tell; nothing is begun yet."""
    shown = await _shown(services, visitor, asked.item)
    if not (asked.quantity or asked.everybody) and "quantity" not in request.query_params:
        asked = asked.model_copy(update={"quantity": str(shown.stock or "")})
        if not asked.quantity:
            return _page(request, visitor, shown, asked)
    return await _planned(request, visitor, services, shown, asked)


@router.post("")
async def begin_restock(
    request: Request, visitor: Signed, services: Served, asked: Annotated[Confirmed, Form()]
) -> Response:
    """Begin it, if there is something in it to begin."""
    shown = await _shown(services, visitor, asked.item)
    try:
        wanted = RestockNow(visitor.site, shown, asked.units(), asked.id)
    except ValueError:
        return await _planned(request, visitor, services, shown, asked)
    await restock_now(services, wanted)
    units = "everybody" if wanted.quantity is None else f"there are {wanted.quantity}"
    await audit(services, visitor, f"Restocked {shown.title}: {units}.")
    return done(request, f"{PREFIX}/restocks", f"{shown.title}: shoppers are being told.")


async def _planned(
    request: Request, visitor: Visitor, services: Services, shown: ShownItem, asked: AskedFor
) -> HTMLResponse:
    try:
        units = asked.units()
    except ValueError as error:
        return _page(request, visitor, shown, asked, wrong=str(error))
    now = datetime.now(UTC)
    arrival = Arrival(asked.item, units, now, Audience())
    found = await dry_run(services.store, visitor.site, arrival, most=_MOST_LOOKED_AT)
    plan = _Plan(now, units, found, await mail_to_first(services, visitor.site, found))
    running = await _is_running(services, visitor.site, asked.item)
    return _page(request, visitor, shown, asked, plan=plan, running=running)


def _page(
    request: Request,
    visitor: Visitor,
    shown: ShownItem,
    asked: AskedFor,
    plan: _Plan | None = None,
    running: bool = False,
    wrong: str = "",
) -> HTMLResponse:
    return page(
        request,
        visitor,
        "demand/restock.html",
        status_code=400 if wrong else 200,
        shows_mail=True,
        shown=shown,
        asked=asked,
        plan=plan,
        running=running,
        wrong=wrong,
        id=uuid4(),
        variant=variant,
    )


async def _shown(services: Services, visitor: Visitor, item_key: str) -> ShownItem:
    shown = await services.store.demand.shown_items(visitor.site, [item_key])
    if item_key not in shown:
        raise NobodyWaitsError()
    return shown[item_key]


async def _is_running(services: Services, site: str, item_key: str) -> bool:
    try:
        return bool(await services.engine.running_waves(site, item_key, [Audience()]))
    except EngineUnavailableError:
        return False
