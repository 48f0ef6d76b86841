"""What the store hands out: rows as typed objects."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.catalog import CatalogReference, Item
from domain.contracts import NoticeKind, QueuePosition, ReportedSignal, Source
from domain.feeds import FeedOutcome, FeedState
from domain.mail_templates import MailKind, MailParts
from domain.matching import Audience
from domain.policy import Policy
from domain.products import Product
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
    """A request whose workflow is to be started.

    `tell_owner`: whether the owner is to hear by mail that it is there. `unconfirmed`: whether the
    shopper is to confirm the address first; `confirmed_date`: when that was done.
    """

    site: str
    catalog_item_id: str
    item: Item
    tell_owner: bool = True
    unconfirmed: bool = False
    confirmed_date: datetime | None = None

    @property
    def title(self) -> str:
        """What to call the item: its name, or its id where that is not known."""
        return self.item.name or self.catalog_item_id

    @property
    def summary(self) -> str:
        """What the item is and costs, in a line for the Temporal UI."""
        price = f" ({self.item.price[:20]})" if self.item.price else ""
        return f"{self.title[:150]}{price}"


class BeingTold(ClaimedRequest):
    """A request that was claimed a while ago, by which restock, and what that says in its mails.

    `signalled_directly`: it was no `Restock` that called it.
    """

    site: str
    restock_id: UUID
    updated_date: datetime
    report: ReportedSignal
    signalled_directly: bool

    @property
    def position(self) -> QueuePosition:
        return QueuePosition(created_date=self.updated_date, request_id=self.id)


class RequestRecord(WaitingStart):
    """A shopper's request; one that is not confirmed has been received, for those who read it."""

    app_id: str
    options: dict[str, Any] | None
    contact_id: UUID
    email: str
    locale: str | None
    external_id: str | None
    quantity: int
    item_url: str | None
    status: Status
    auto_notified: bool | None
    created_date: datetime

    @model_validator(mode="before")
    @classmethod
    def _received_at_least(cls, row: dict[str, Any]) -> dict[str, Any]:
        if row.get("status") != "UNCONFIRMED":
            return row
        return row | {"status": Status.RECEIVED, "unconfirmed": True}

    @property
    def reference(self) -> CatalogReference:
        return CatalogReference(
            app_id=self.app_id, catalog_item_id=self.catalog_item_id, options=self.options
        )


class ContactDetails(Record):
    """What a shop knows of a shopper, but for what Restock adds."""

    email: str
    locale: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    attributes: dict[str, Any] = {}
    consent: Any = None


class Contact(ContactDetails):
    """A shopper, known by an address."""

    id: UUID
    created_date: datetime
    updated_date: datetime


class Shopper(Record):
    """A shopper, as a page for shoppers addresses one."""

    email: str
    locale: str | None
    site_name: str
    site_locale: str | None


class OwnRequest(Record):
    """What a shopper asked for; without a status where the shopper ended it."""

    id: UUID
    title: str
    created_date: datetime
    status: str | None = None


class LoggedRestock(Record):
    """An announcement: of what, to how many, and how many waited on for which reason.

    An empty locale or external id: it was not about one.
    """

    id: UUID
    at: datetime
    item_key: str
    sku: str
    locale: str
    external_id: str
    quantity: int | None
    source: Source
    handed_over: int
    stopped: dict[str, int]


class WantedItem(Record):
    """An item that shoppers wait for: how many, for how many units, since when the first.

    `items`, `all_shoppers`, `all_units`, `all_oldest`: the same over all items of the site.
    """

    item_key: str
    shoppers: int
    units: int
    oldest: datetime
    items: int
    all_shoppers: int
    all_units: int
    all_oldest: datetime


class ShownItem(Record):
    """What an item is called and costs, as far as a product feed or its newest request says.

    `stock`: the last level that the inventory told, of any locale.
    """

    item_key: str
    app_id: str
    catalog_item_id: str
    options: dict[str, Any] | None
    skus: tuple[str, ...]
    item: Item
    product: Product | None
    stock: int | None

    @property
    def known_item(self) -> Item:
        return self.product.item.or_else(self.item) if self.product else self.item

    @property
    def title(self) -> str:
        """What to call it: its name, or its id where that is not known."""
        return self.known_item.name or self.catalog_item_id

    @property
    def reference(self) -> CatalogReference:
        return CatalogReference(
            app_id=self.app_id, catalog_item_id=self.catalog_item_id, options=self.options
        )


class ItemPolicy(Record):
    """What an item's policy changes of its site's, and the policy it has with that.

    `reference`: an item with this key that somebody waits for; none where nobody does.
    """

    item_key: str
    overrides: dict[str, Any]
    policy: Policy
    reference: CatalogReference | None


class TimelineStep(Record):
    """One line of a request's timeline."""

    at: datetime
    kind: str
    detail: str


class Attempted(Record):
    """What the delivery ledger says of one request in one restock.

    `attempts`: how often a mail was begun; `unknown_attempts`: of how many of those nobody knows
    whether it left.
    """

    restock_id: UUID
    state: str
    message_id: str
    attempts: int
    unknown_attempts: int
    reply: str
    claimed_at: datetime
    settled_at: datetime | None


class ApiKey(Record):
    """A key without its secret."""

    id: UUID
    site: str
    scope: str


class User(Record):
    """Who signs in by a password, of which `password` is the hash. `site`: one of theirs."""

    id: UUID
    name: str
    password: str
    site: str | None


class SignedIn(Record):
    """Who looks at the console, and the site they look at.

    `user_name`: none where they signed in by a key. `sites`: what a user may switch to.
    `mail_trouble_since`: since when the site's mail does not go out; none while it does.
    """

    site: str
    site_name: str
    who: str
    user_name: str | None
    policy: Policy
    sites: tuple[dict[str, str], ...]
    mail_trouble_since: datetime | None
    mail_trouble: str | None


class Workload(Record):
    """What a site has under way. `since`: of who is being told, since when the first is.

    `tried_again`: of how many of them the mail did not leave yet. `not_started`: whose workflow
    the reconciler is to start.
    """

    being_told: int
    since: datetime | None
    tried_again: int
    failed: int
    not_started: int


class AuditLine(Record):
    """What somebody changed in the console."""

    id: int
    at: datetime
    who: str
    what: str


class Arrival(Record):
    """An item that came in: of which audience, and which restock it will be."""

    item_key: str
    locale: str
    external_id: str
    feed: str
    sku: str
    quantity: int | None
    restock_id: UUID

    @property
    def audience(self) -> Audience:
        return Audience(locale=self.locale, external_id=self.external_id, feed=self.feed)


class MailContent(Record):
    """What one mail to a shopper says.

    `own_mails`: the versions that the owner wrote in place of Restock's, by locale. `token`: what
    the link to the item's page is known by; none where nothing is sent.
    """

    item: Item
    product: Product | None
    item_url: str | None
    locale: str | None
    created_date: datetime
    site_name: str
    own_mails: dict[str, int] = {}
    token: str = ""

    @property
    def known_item(self) -> Item:
        """What the product feed says, and what was known at sign-up for the rest."""
        return self.product.item.or_else(self.item) if self.product else self.item


class Mailing(MailContent):
    """Everything one mail to a shopper needs.

    `link_key`: what signs the links in it.
    """

    email: str
    contact_id: UUID
    link_key: bytes = Field(repr=False)
    stock: int | None
    mail_from: str | None
    policy: Policy
    ours: bool
    outcome_unknown: bool
    unknown_attempts: int
    tried_for: timedelta


class SavedVersion(Record):
    """A version of a mail that an owner wrote; without what it says.

    Where the last one is not current, Restock's own mail is sent.
    """

    id: int
    kind: MailKind
    locale: str
    version: int
    is_current: bool
    note: str
    saved_by: str
    saved_date: datetime


class SavedMail(SavedVersion):
    """A version of a mail with what it says."""

    subject: str
    text: str
    html: str

    @property
    def parts(self) -> MailParts:
        return MailParts(subject=self.subject, text=self.text, html=self.html)


class MailDraft(Record):
    """What somebody is writing, the version it began from, and with whose data it is shown.

    `test_to`: where it goes as a test, while it does.
    """

    id: UUID
    kind: MailKind
    locale: str
    author: str
    based_on: int
    subject: str
    text: str
    html: str
    request_id: UUID | None
    test_to: str | None
    changed_date: datetime

    @property
    def parts(self) -> MailParts:
        return MailParts(subject=self.subject, text=self.text, html=self.html)


class MailExample(Record):
    """A request that waits, with whose data a mail can be shown."""

    id: UUID
    item_key: str
    title: str
    locale: str | None
    created_date: datetime


class Feed(Record):
    """A product feed. `locale` is its key, `shown_locale` as its owner spells it.

    Read from `url`, or from the upload `upload_id`; without either there is nothing new to read.
    `items` and `in_stock` are without groups; `problems` with single items are the first few.
    """

    site: str
    locale: str
    shown_locale: str
    url: str | None
    upload_id: UUID | None
    content_type: str
    accept_shrink: bool
    etag: str
    last_modified: str
    state: FeedState
    trouble: str
    trouble_told: bool
    problems: tuple[str, ...]
    skipped: int
    items: int
    in_stock: int
    checked_date: datetime | None
    imported_date: datetime | None

    @property
    def has_source(self) -> bool:
        return bool(self.url or self.upload_id)

    def has_same_source(self, other: "Feed") -> bool:
        return (self.url, self.upload_id) == (other.url, other.upload_id)

    def outcome(self, turned_in_stock: int = 0, arrivals: int = 0) -> FeedOutcome:
        """How it stands, and what its owner has not heard yet."""
        return FeedOutcome(
            state=self.state,
            items=self.items,
            in_stock=self.in_stock,
            turned_in_stock=turned_in_stock,
            arrivals=arrivals,
            trouble=self.trouble,
            notice=self._notice(),
        )

    def _notice(self) -> NoticeKind | None:
        if self.state.is_trouble and not self.trouble_told:
            return NoticeKind.FEED_TROUBLE
        if self.state is FeedState.OK and self.trouble_told:
            return NoticeKind.FEED_RECOVERED
        return None


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


class Outage(Record):
    """A time in which mail did not go out, and the mail server's words."""

    since: datetime
    until: datetime
    reply: str


class RequestOwnerNotice(OwnerNotice):
    """What a notice to the owner says of one request."""

    id: UUID
    email: str
    item: Item
    quantity: int
    status: Status
    reply: str | None
