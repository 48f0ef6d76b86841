"""`…/{id}/timeline`: what happened to a request, and why it was not told yet."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter

from api.auth import Owner
from api.fields import Model
from api.reference import refusals
from api.services import Served
from domain.errors import RequestNotFoundError
from store.records import TimelineStep

router = APIRouter(tags=["Restock"])


class StepBody(Model):
    """One thing that happened to a request."""

    at: datetime
    kind: str
    detail: str


class TimelineReply(Model):
    """All that happened to a request, oldest first."""

    timeline: list[StepBody]

    @classmethod
    def of(cls, steps: list[TimelineStep]) -> Self:
        return cls(timeline=[StepBody(**step.model_dump()) for step in steps])


@router.get(
    "/{id}/timeline",
    summary="Get the timeline of a request",
    responses=refusals(RequestNotFoundError),
)
async def get_timeline(id: UUID, caller: Owner, services: Served) -> TimelineReply:
    """Everything that happened to a request, and every reason why it was not told yet."""
    steps = await services.store.requests.timeline(caller.site, id)
    # Every request has at least the step that made it.
    if not steps:
        raise RequestNotFoundError()
    return TimelineReply.of(steps)
