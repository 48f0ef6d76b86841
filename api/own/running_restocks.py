"""`/v1/restocks/running`: what is being announced now; and pausing, resuming and stopping it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.auth import Owner
from api.fields import Model
from api.own.items import ItemBody
from api.own.running_now import Running, running_now
from api.reference import refusals
from api.services import Served
from api.voyado.fields import ExternalId, OrNone
from api.wix.models import EmptyReply
from domain.contracts import RestockOutcome
from domain.errors import InvalidCatalogReferenceOptionsError, RestockNotRunningError
from domain.ids import restock_name
from domain.locales import Locale, locale_key
from domain.matching import Audience

router = APIRouter(prefix="/restocks", tags=["Restock"])


class WaveOutcomeBody(Model):
    """How the requests stand that a wave claimed; one that a later restock claimed counts there."""

    restock_id: UUID
    told: int
    failed: int
    still_sending: int
    back_to_waiting: int


class RunningBody(Model):
    """A restock that runs.

    `restock`: its name within the site. `itemKey`: empty where requests were reported by their
    ids. `locale`, `externalId`, `feedLocale`: its audience, empty for everybody. `wave`: the number
    of the wave it is at; null while it only waits for its mails. `nextWaveAt`: not before that the
    wave begins; null where it has. `waves`: those that told anyone, the last 20 of them.
    `stillWaiting`: how many are left to be told; null where requests were reported by their ids.
    """

    restock: str
    item_key: str
    item_name: str
    locale: str
    external_id: str
    feed_locale: str
    since: datetime
    paused: bool
    wave: int | None
    next_wave_at: datetime | None
    waves: list[WaveOutcomeBody]
    still_waiting: int | None

    @classmethod
    def of(cls, running: Running) -> Self:
        progress, wave = running.progress, running.progress.wave
        begins = wave and wave.begins
        return cls(
            restock=running.restock.name,
            item_key=running.restock.item_key,
            item_name=running.title,
            locale=progress.audience.locale,
            external_id=progress.audience.external_id,
            feed_locale=progress.audience.feed,
            since=running.restock.since.astimezone(UTC),
            paused=progress.paused,
            wave=wave and wave.wave,
            next_wave_at=begins and begins.astimezone(UTC),
            waves=[_wave(*each) for each in running.waves],
            still_waiting=running.still_waiting,
        )


class RunningReply(Model):
    """Restocks that run, newest first; 20 at most."""

    restocks: list[RunningBody]


class HeldBody(ItemBody):
    """A restock that runs: of an item, and of an audience where it is for one."""

    locale: OrNone[Locale] = Field(
        default=None, description="Where it is only for those who wait in this locale."
    )
    external_id: OrNone[ExternalId] = Field(
        default=None, description="Where it is only for those with this external id."
    )
    feed_locale: OrNone[Locale] = Field(
        default=None, description="Where the product feed of this locale has set it off."
    )

    def name(self) -> str:
        """Raises `InvalidCatalogReferenceOptionsError`."""
        audience = Audience(
            locale=locale_key(self.locale or ""),
            external_id=self.external_id or "",
            feed=locale_key(self.feed_locale or ""),
        )
        return restock_name(self.key(), audience)


_REFUSALS = refusals(InvalidCatalogReferenceOptionsError, RestockNotRunningError)


@router.get("/running", summary="List the restocks that run")
async def list_running_restocks(caller: Owner, services: Served) -> RunningReply:
    """What is being announced now, how far each is, and when its next wave begins."""
    found = await running_now(services, caller.site)
    return RunningReply(restocks=[RunningBody.of(each) for each in found])


@router.post("/pause", summary="Pause a restock", responses=_REFUSALS)
async def pause_restock(body: HeldBody, caller: Owner, services: Served) -> EmptyReply:
    """Tell nobody else until it is resumed. Mails that are under way go out. Safe to repeat."""
    return await _held(services.engine.pause_restock, caller.site, body)


@router.post("/resume", summary="Resume a restock", responses=_REFUSALS)
async def resume_restock(body: HeldBody, caller: Owner, services: Served) -> EmptyReply:
    """Go on after a pause. Safe to repeat."""
    return await _held(services.engine.resume_restock, caller.site, body)


@router.post("/stop", summary="Stop a restock", responses=_REFUSALS)
async def stop_restock(body: HeldBody, caller: Owner, services: Served) -> EmptyReply:
    """Tell nobody else. Those who were not told wait until more units come in, or a report."""
    return await _held(services.engine.stop_restock, caller.site, body)


async def _held(
    act: Callable[[str, str], Awaitable[None]], site: str, body: HeldBody
) -> EmptyReply:
    await act(site, body.name())
    return EmptyReply()


def _wave(restock_id: UUID, outcome: RestockOutcome) -> WaveOutcomeBody:
    return WaveOutcomeBody(
        restock_id=restock_id,
        told=outcome.told,
        failed=outcome.failed,
        still_sending=outcome.still_sending,
        back_to_waiting=outcome.back_to_waiting,
    )
