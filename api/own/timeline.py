"""`…/{id}/timeline`: what happened to a request, why it was not told yet, and when it may be."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter

from api.auth import Owner
from api.fields import Model, OrAbsent
from api.reference import refusals
from api.services import Served, Services
from domain.announcing import Candidate
from domain.errors import EngineUnavailableError, RequestNotFoundError
from domain.outlook import Outlook, RunningWave, audiences_of, outlook
from store.records import Attempted, TimelineStep

router = APIRouter(tags=["Restock"])


class StepBody(Model):
    """One thing that happened to a request."""

    at: datetime
    kind: str
    detail: str


class OutlookBody(Model):
    """What awaits a shopper who waits.

    `place`: in the queue of the item, from 1, in the order of its policy; `of`: how many wait.
    `wantedAhead`: how many units those ahead want. `reason`: why the shopper would not be told
    now if it were their turn; empty where they would. `stock`: the last level that is known.
    `expectedWave`: about which wave tells them, as the stock and the queue are now; null where
    there is a reason. `expectedAt`: about when; null where no restock runs, or Temporal does not
    answer. Both count all that are ahead, also those whom a condition leaves out: the preview of
    a restock is exact.
    """

    place: int
    of: int
    wanted_ahead: int
    reason: str
    stock: int | None
    expected_wave: int | None
    expected_at: datetime | None

    @classmethod
    def of_outlook(cls, found: Outlook) -> Self:
        at = found.expected_at
        return cls(**asdict(found) | {"expected_at": at and at.astimezone(UTC)})


class DeliveryBody(Model):
    """What the delivery ledger says of the mail of one restock.

    `state`: `claimed` (a mail may be under way), `deferred` (it did not leave and is tried again),
    `held` (nothing was sent; the request waits on), `accepted`, `refused`, `unknown`. `attempts`:
    how often it was begun. `unknownAttempts`: of how many of those nobody knows whether the mail
    left. `reply`: the mail server's last words, or the reason.
    """

    restock_id: UUID
    state: str
    message_id: str
    attempts: int
    unknown_attempts: int
    reply: str
    claimed_at: datetime
    settled_at: datetime | None


class TimelineReply(Model):
    """All that happened to a request, oldest first; its mails; and its outlook, while it waits."""

    timeline: list[StepBody]
    deliveries: list[DeliveryBody]
    outlook: OrAbsent[OutlookBody] = None

    @classmethod
    def of(
        cls, steps: list[TimelineStep], deliveries: list[Attempted], found: Outlook | None
    ) -> Self:
        return cls(
            timeline=[StepBody(**step.model_dump()) for step in steps],
            deliveries=[DeliveryBody(**each.model_dump()) for each in deliveries],
            outlook=found and OutlookBody.of_outlook(found),
        )


@router.get(
    "/{id}/timeline",
    summary="Get the timeline of a request",
    responses=refusals(RequestNotFoundError),
)
async def get_timeline(id: UUID, caller: Owner, services: Served) -> TimelineReply:
    """Everything that happened to a request, why it was not told yet, and when it may be."""
    steps = await services.store.requests.timeline(caller.site, id)
    # Every request has at least the step that made it.
    if not steps:
        raise RequestNotFoundError()
    deliveries = await services.store.deliveries.of_request(caller.site, id)
    return TimelineReply.of(steps, deliveries, await outlook_of(services, caller.site, id))


async def outlook_of(services: Services, site: str, request_id: UUID) -> Outlook | None:
    """What awaits a shopper; none where the request does not wait."""
    store = services.store
    standing = await store.queue.standing(site, request_id)
    candidate = await store.queue.candidate(site, request_id) if standing else None
    if standing is None or candidate is None:
        return None
    policy = await store.sites.policy(site, candidate.item_key)
    running = await _running_wave(services, site, candidate)
    return outlook(policy, candidate, standing, running, datetime.now(UTC))


async def _running_wave(services: Services, site: str, candidate: Candidate) -> RunningWave | None:
    """The wave that looks at the stock next; none where no restock runs, as far as is known."""
    try:
        found = await services.engine.running_waves(
            site, candidate.item_key, audiences_of(candidate)
        )
    except EngineUnavailableError:
        return None
    now = datetime.now(UTC)
    return min(found, key=lambda wave: wave.begins or now, default=None)
