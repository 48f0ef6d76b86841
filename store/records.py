"""What the store hands out: rows as typed objects."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.catalog import CatalogReference, Item
from domain.policy import Policy
from domain.status import Status
from store.database import Row


class Record(BaseModel):
    """A row, validated once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate(dict(row))


class ClaimedRequest(Record):
    """A request that a restock is to tell."""

    id: UUID
    item_key: str


class WaitingStart(ClaimedRequest):
    """A request whose workflow is to be started."""

    site: str
    item: Item


class RequestRecord(WaitingStart):
    """A shopper's request."""

    app_id: str
    catalog_item_id: str
    options: dict[str, Any] | None
    contact_id: UUID
    email: str
    item_url: str | None
    status: Status
    auto_notified: bool | None
    created_date: datetime

    @property
    def reference(self) -> CatalogReference:
        return CatalogReference(
            app_id=self.app_id, catalog_item_id=self.catalog_item_id, options=self.options
        )


class TimelineStep(Record):
    """One line of a request's timeline."""

    at: datetime
    kind: str
    detail: str


class ApiKey(Record):
    """A key without its secret."""

    id: UUID
    site: str
    scope: str


class Mailing(Record):
    """Everything one mail to a shopper needs."""

    email: str
    item: Item
    item_url: str | None
    site_name: str
    mail_from: str | None
    policy: Policy
    ours: bool
    outcome_unknown: bool
    unknown_attempts: int
    tried_for: timedelta


class InboxLine(Record):
    """One line of the owner's inbox."""

    id: int
    at: datetime
    author: str
    text: str
    request_id: UUID | None
    contact_id: UUID | None
    email: str | None


class OwnerNotice(Record):
    """Who the owner of a site is, and how they want to hear."""

    site_name: str
    owner_email: str | None
    mail_from: str | None
    policy: Policy


class RequestOwnerNotice(OwnerNotice):
    """What a notice to the owner says of one request."""

    id: UUID
    email: str
    item: Item
    quantity: int
    status: Status
    reply: str | None
