"""The restocks of a site that run, behind `GET /v1/restocks/running` and the console."""

from dataclasses import dataclass
from uuid import UUID

from api.services import Services
from domain.contracts import RestockOutcome
from domain.holding import RestockProgress, RunningRestock

MOST_RUNNING = 20
"""How many running restocks are looked at; a page of them asks each how far it is."""


@dataclass(frozen=True)
class Running:
    """A restock that runs, with how the requests of its waves stand.

    `title`: what to call its item. `waves`: those that told anyone, the last ones of many.
    `still_waiting`: how many are left to be told; none where requests were reported by their ids.
    """

    restock: RunningRestock
    title: str
    waves: list[tuple[UUID, RestockOutcome]]
    still_waiting: int | None

    @property
    def progress(self) -> RestockProgress:
        return self.restock.progress or RestockProgress(item_key=self.restock.item_key)


async def running_now(services: Services, site: str) -> list[Running]:
    """The restocks of a site that run, the newest first.

    Raises `EngineUnavailableError` where Temporal does not answer.
    """
    found = await services.engine.running_restocks(site, MOST_RUNNING)
    ids = [wave for each in found if each.progress for wave in each.progress.waves]
    outcomes = await services.store.restock_log.outcomes(site, ids)
    return [await _running(services, site, each, outcomes) for each in found]


async def _running(
    services: Services, site: str, restock: RunningRestock, outcomes: dict[UUID, RestockOutcome]
) -> Running:
    progress = restock.progress or RestockProgress(item_key=restock.item_key)
    item = (site, restock.item_key)
    waiting = None
    if restock.item_key:
        waiting = await services.store.queue.count(*item, progress.audience)
    last = progress.waves[-1] if progress.waves else None
    return Running(
        restock=restock,
        title=await services.store.restock_log.title(*item, last),
        waves=[(wave, outcomes.get(wave, RestockOutcome())) for wave in progress.waves],
        still_waiting=waiting,
    )
