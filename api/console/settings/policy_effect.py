"""What a policy would do to those who wait now, told beside what the one in force would do."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.own.dry_run import Arrival, DryRun, dry_run
from api.own.reasons import ReasonBody, counted
from domain.matching import Audience
from domain.policy import Policy
from domain.preview import PlannedWave
from store.records import ShownItem
from store.store import Store

_MOST_ITEMS = 30
_WAVES_SHOWN = 5


@dataclass(frozen=True)
class Effect:
    """Of one policy: the first waves, how many are told in all, and why others are not."""

    waves: list[PlannedWave]
    more_waves: int
    told: int
    waiting: int
    left_out: list[ReasonBody]
    truncated: bool

    @classmethod
    def of(cls, run: DryRun) -> "Effect":
        waves = run.preview.waves
        return cls(
            waves=list(waves[:_WAVES_SHOWN]),
            more_waves=max(0, len(waves) - _WAVES_SHOWN),
            told=sum(len(wave.told) for wave in waves),
            waiting=run.waiting,
            left_out=counted(Counter(run.preview.left_out.values())),
            truncated=run.truncated,
        )


@dataclass(frozen=True)
class Tried:
    """What happens when so many units come in: by the policy in force, and by the one tried."""

    now: Effect
    then: Effect


async def items_to_try(store: Store, site: str) -> dict[str, ShownItem]:
    """The items that most shoppers wait for."""
    wanted = await store.demand.wanted_items(site, None, _MOST_ITEMS)
    return await store.demand.shown_items(site, [each.item_key for each in wanted])


async def tried(
    store: Store, site: str, item_key: str, quantity: int, changes: dict[str, Any], of_shop: bool
) -> Tried:
    """`changes`: as they would be stored, of the shop or of the item itself."""
    arrival = Arrival(item_key, quantity, datetime.now(UTC), Audience())
    (item,) = await store.sites.item_policies(site, [item_key])
    stays = item.overrides if of_shop else {}
    draft = Policy.of(item.policy.model_dump(mode="json", by_alias=True) | changes | stays)
    return Tried(
        now=Effect.of(await dry_run(store, site, arrival, item.policy)),
        then=Effect.of(await dry_run(store, site, arrival, draft)),
    )
