"""The restocks of a site that run, behind `GET /v1/restocks/running` and the console."""

from dataclasses import dataclass
from uuid import UUID

from api.services import Services
from domain.contracts import RestockOutcome
from domain.holding import RestockProgress, RunningRestock
from domain.matching import Audience

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
    def told_in_all(self) -> int:
        """By all waves, where it says so; by those that are named, where only their mails leave."""
        wave = self.progress.wave
        return wave.told if wave else sum(outcome.told for _, outcome in self.waves)

    @property
    def progress(self) -> RestockProgress:
        return self.restock.progress or RestockProgress(item_key=self.restock.item_key)


async def running_now(services: Services, site: str) -> list[Running]:
    """The restocks of a site that run, the newest first.

    Raises `EngineUnavailableError` where Temporal does not answer.
    """
    found = await services.engine.running_restocks(site, MOST_RUNNING)
    log = services.store.restock_log
    titles = await log.titles(site, [_named(each) for each in found])
    outcomes = await log.outcomes(site, [wave for each in found for wave in _waves(each)])
    return [
        Running(
            restock=each,
            title=titles.get(_named(each), ""),
            waves=[(wave, outcomes.get(wave, RestockOutcome())) for wave in _waves(each)],
            still_waiting=await _still_waiting(services, site, each),
        )
        for each in found
    ]


async def _still_waiting(services: Services, site: str, restock: RunningRestock) -> int | None:
    if not restock.item_key:
        return None
    audience = restock.progress.audience if restock.progress else Audience()
    return await services.store.queue.count(site, restock.item_key, audience)


def _waves(restock: RunningRestock) -> tuple[UUID, ...]:
    return restock.progress.waves if restock.progress else ()


def _named(restock: RunningRestock) -> tuple[str, UUID | None]:
    return restock.item_key, next(reversed(_waves(restock)), None)
