"""What the owner does to many requests at once."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.contracts import Contract, SiteName
from domain.status import Status


class BulkAction(StrEnum):
    """What is done to each request of a bulk action, where its status allows it."""

    MARK = "mark"
    ANNOUNCE = "announce"
    RETRY = "retry"
    DELETE = "delete"

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses of the requests it does something to."""
        return _STATUSES[self]


_STATUSES = {
    BulkAction.MARK: frozenset({Status.RECEIVED, Status.FAILED}),
    BulkAction.ANNOUNCE: frozenset({Status.RECEIVED}),
    BulkAction.RETRY: frozenset({Status.FAILED}),
    BulkAction.DELETE: frozenset(Status),
}


class NewBulk(BaseModel):
    """A bulk action as the owner wants it.

    `filter`: which requests, as a filter of `domain.query`; `expected`: about how many. A retry
    `with_unknown` is also of those of which nobody knows whether their mail left.
    """

    model_config = ConfigDict(frozen=True)

    action: BulkAction
    filter: dict[str, Any]
    expected: int
    with_unknown: bool = False


class Bulk(Contract):
    """Names a bulk action; to which requests it is done stands in Postgres alone."""

    site: SiteName
    bulk_id: UUID


class BulkProgress(Contract):
    """How far a bulk action is: how many requests it looked at, and did something to."""

    looked_at: int = 0
    done: int = 0
    finished: bool = False
