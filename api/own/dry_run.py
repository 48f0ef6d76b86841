"""The dry run behind `POST /v1/restocks/preview` and `restock preview`: only reads."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.announcing import Candidate
from domain.matching import Audience
from domain.policy import Policy
from domain.preview import MOST_WAITING, Preview, preview
from store.store import Store

MOST_LISTED = 1000
"""How many shoppers a dry run names, those who are told first."""


@dataclass(frozen=True)
class Arrival:
    """What a dry run assumes: so many units of an item come in for an audience at a moment.

    Without a quantity somebody reports that the item is back, as after `restock_now`.
    """

    item_key: str
    quantity: int | None
    at: datetime
    audience: Audience


@dataclass(frozen=True)
class DryRun:
    """What would happen, with what is to be shown of it.

    `waiting`: how many wait in all. `places`: of those who were looked at, from 1. `addresses`:
    of the shoppers who are named. `truncated`: more wait than were looked at, not all waves were
    worked out, or not everybody is named.
    """

    policy: Policy
    preview: Preview
    waiting: int
    places: dict[UUID, int]
    addresses: dict[UUID, str]
    truncated: bool

    @property
    def first_told(self) -> Candidate | None:
        """The shopper at the head of the first wave, if there is one."""
        return self.preview.waves[0].told[0] if self.preview.waves else None


async def dry_run(
    store: Store,
    site: str,
    arrival: Arrival,
    policy: Policy | None = None,
    most: int = MOST_WAITING,
) -> DryRun:
    """What a restock would do if the stock stayed as it is and none of the item ran already.

    `policy`: one to be tried; without it, the item's own. `most`: how many of those who wait are
    looked at.
    """
    policy = policy or await store.sites.policy(site, arrival.item_key)
    queue, waiting = await _queue(store, site, arrival, policy, most)
    at = max(arrival.at, datetime.now(UTC))
    # It may take a second, in which other calls are to be answered.
    planned = await asyncio.to_thread(preview, policy, arrival.quantity, at, queue)
    named = [each.id for wave in planned.waves for each in wave.told] + list(planned.left_out)
    return DryRun(
        policy=policy,
        preview=planned,
        waiting=waiting,
        places={each.id: place for place, each in enumerate(queue, 1)},
        addresses=await store.queue.addresses(site, named[:MOST_LISTED]),
        truncated=waiting > len(queue) or not planned.complete or len(named) > MOST_LISTED,
    )


async def _queue(
    store: Store, site: str, arrival: Arrival, policy: Policy, most: int
) -> tuple[Sequence[Candidate], int]:
    """Those who are looked at, in the order of the queue, and how many wait in all."""
    item = (site, arrival.item_key, arrival.audience)
    queue = await store.queue.head(*item, policy.order, most)
    if len(queue) < most:
        return queue, len(queue)
    return queue, await store.queue.count(*item)
