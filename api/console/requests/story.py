"""All that the page of one request tells: the answer, what happened, and what is to come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from api.console.session import Visitor
from api.own.timeline import outlook_of
from api.services import Services
from domain.answers import Answer, Clock, Known, LastMail, answer
from domain.catalog import Item
from domain.ids import request_workflow_id
from domain.outlook import Outlook
from domain.plain_words import step_in_words, step_mood
from domain.status import Status, Step
from domain.waves import quiet_until
from store.records import Attempted, RequestRecord, TimelineStep

_ABOUT_OWNER = (Step.OWNER_TOLD, Step.OWNER_NOT_TOLD)
_STATES = {
    "claimed": "A mail may be on its way",
    "deferred": "Did not leave yet; it is tried again",
    "held": "Not sent; the shopper waits on",
    "accepted": "Sent",
    "refused": "Not sent",
    "unknown": "Nobody knows whether it was sent",
}


@dataclass(frozen=True)
class Told:
    """One line of the timeline in plain words."""

    at: datetime
    sentence: str
    mood: str


@dataclass(frozen=True)
class Story:
    """What is known of one request, as its page shows it.

    `run`: the address of its run in the Temporal UI, where there is one. `newer`: of a request
    that FAILED, another one of the same shopper for the item that is open.
    """

    record: RequestRecord
    item: Item
    answer: Answer
    steps: list[Told]
    deliveries: list[Attempted]
    outlook: Outlook | None
    run: str
    newer: UUID | None

    @property
    def title(self) -> str:
        return self.item.name or self.record.catalog_item_id

    @property
    def changes_soon(self) -> bool:
        return self.record.status is Status.PROCESSING

    @property
    def may_change_address(self) -> bool:
        return self.record.status in (Status.RECEIVED, Status.FAILED)

    def state_in_words(self, delivery: Attempted) -> str:
        return _STATES[delivery.state]


async def story_of(services: Services, visitor: Visitor, record: RequestRecord) -> Story:
    """Read all that the page of a request tells."""
    store, site = services.store, record.site
    steps = await store.requests.timeline(site, record.id)
    deliveries = await store.deliveries.of_request(site, record.id)
    content = await store.queue.mail_content(site, record.id)
    outlook = await outlook_of(services, site, record.id)
    policy = await store.sites.policy(site, record.item_key)
    item = content.known_item if content else record.item
    last, newer = _last(steps), await _newer(services, record)
    known = Known(
        status=record.status,
        auto_notified=record.auto_notified,
        last_step=Step(last.kind) if last else Step.REQUESTED,
        detail=last.detail if last else "",
        mail=_last_mail(deliveries),
        item=item,
        outlook=outlook,
        quiet_until=quiet_until(policy, datetime.now(UTC)),
        give_up_after=services.settings.email_give_up_after,
        asked_again=newer is not None,
    )
    return Story(
        record=record,
        item=item,
        answer=answer(known, _clock(visitor)),
        steps=[_told(step) for step in steps],
        deliveries=deliveries,
        outlook=outlook,
        run=_run(services, record),
        newer=newer,
    )


async def _newer(services: Services, record: RequestRecord) -> UUID | None:
    if record.status is not Status.FAILED:
        return None
    return await services.store.requests.open_instead(record.site, record.id)


def _last(steps: list[TimelineStep]) -> TimelineStep | None:
    about_shopper = (step for step in reversed(steps) if step.kind not in _ABOUT_OWNER)
    return next(about_shopper, None)


def _last_mail(deliveries: list[Attempted]) -> LastMail | None:
    if not deliveries:
        return None
    last = deliveries[-1]
    return LastMail(
        state=last.state,
        unknown_attempts=last.unknown_attempts,
        reply=last.reply,
        claimed_at=last.claimed_at,
        settled_at=last.settled_at,
    )


def _told(step: TimelineStep) -> Told:
    return Told(step.at, step_in_words(step.kind, step.detail), step_mood(step.kind))


def _clock(visitor: Visitor) -> Clock:
    zone = ZoneInfo(visitor.time_zone)
    return lambda moment: format_datetime(moment.astimezone(zone), "d MMM y, HH:mm", locale="en")


def _run(services: Services, record: RequestRecord) -> str:
    base = services.settings.temporal_ui_url.rstrip("/")
    if not base:
        return ""
    namespace = quote(services.engine.client.namespace, safe="")
    workflow = quote(request_workflow_id(record.id), safe="")
    return f"{base}/namespaces/{namespace}/workflows/{workflow}"
