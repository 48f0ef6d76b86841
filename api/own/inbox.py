"""`/v1/inbox`: what happened, one line after another, as the owner reads it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.auth import Owner
from api.fields import Model, OrAbsent
from api.services import Served

router = APIRouter(prefix="/inbox", tags=["Restock"])


class InboxLineBody(Model):
    """One line; without a contact it is about the shop."""

    id: int
    at: datetime
    author: str
    text: str
    email: OrAbsent[str] = None
    contact_id: OrAbsent[UUID] = None
    request_id: OrAbsent[UUID] = None


class InboxReply(Model):
    """Lines, newest first."""

    lines: list[InboxLineBody]


@router.get("", summary="Read the inbox")
async def read_inbox(
    caller: Owner,
    services: Served,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="Only lines older than this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many lines at most.")] = 50,
) -> InboxReply:
    """The newest lines of the owner's inbox."""
    lines = await services.store.inbox.lines(caller.site, before, limit)
    return InboxReply(lines=[InboxLineBody(**line.model_dump()) for line in lines])
