"""What travels through Temporal: names, inputs, signals and results.

Nothing personal is in here: ids and facts of the catalogue only. Signals come from anywhere and
Temporal drops one that it cannot decode, so their models are tolerant: every field has a default,
unknown fields are ignored, and a value that is too long or cannot be stored is cut or left out.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.catalog import Item
from domain.matching import LARGEST_QUANTITY, LONGEST_SKU, Audience
from domain.status import Status
from domain.text import cut_to, fitted
from domain.waves import Share

TASK_QUEUE = "restock"
"""Workflows, and all activities but rate-limited mail."""

EMAIL_TASK_QUEUE = "email"
"""Mail that goes out at a set rate."""

PAGE_SIZE = 500
"""How many requests one activity claims and signals."""

PAGES_PER_RUN = 50
"""After how many pages a restock goes on in a new run, so that its history stays short."""


MOST_PARAMETERS, LONGEST_PARAMETER_NAME, LONGEST_PARAMETER = 50, 100, 2000
"""How many parameters a report may have, and how long their names and values may be."""


class Contract(BaseModel):
    """Camel case on the wire, either spelling accepted, unknown fields ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )


def _image_as_wix_sends_it(value: Any) -> Any:
    """Accept `{"name", "price", "image": {"url"}}`, as in the body of a report."""
    if isinstance(value, dict) and isinstance(value.get("image"), dict):
        return {**value, "imageUrl": value["image"].get("url") or ""}
    return value


def _texts(value: Any) -> Any:
    """Keep what is text or a number, as much as fits; a template can say nothing else."""
    if not isinstance(value, dict):
        return {}
    sayable = (key for key in value if _is_name(key) and isinstance(value[key], str | int | float))
    some = islice(sayable, MOST_PARAMETERS)
    return {key: fitted(str(value[key]), LONGEST_PARAMETER) for key in some}


def _is_name(key: Any) -> bool:
    return isinstance(key, str) and fitted(key, LONGEST_PARAMETER_NAME) == key


def _countable(quantity: int) -> int:
    return min(max(quantity, 0), LARGEST_QUANTITY)


SiteName = Annotated[str, cut_to(63)]
ItemKey = Annotated[str, cut_to(32)]
SignalledItem = Annotated[
    Item, BeforeValidator(_image_as_wix_sends_it), AfterValidator(Item.presentable)
]
Parameters = Annotated[dict[str, str], BeforeValidator(_texts)]
Quantity = Annotated[int, AfterValidator(_countable)]


class NotificationRequestInput(Contract):
    """Starts `NotificationRequest`."""

    request_id: UUID
    site: SiteName
    tell_owner: bool = True
    unconfirmed: bool = False


class RestockSignal(Contract):
    """Signal `restock` of a `NotificationRequest`: the item is back, tell the shopper.

    `restock_id`: the announcement this belongs to; without one, the workflow's run is it.
    `item_details`, `extra_automation_template_parameters`: what the mail says, over what was
    known at sign-up.
    `tell_owner`: whether the owner hears of this mail by itself.
    `queued`: send through the task queue `email`, whose rate is limited.
    """

    restock_id: UUID | None = None
    item_details: SignalledItem = Item()
    extra_automation_template_parameters: Parameters = Field(default_factory=dict)
    tell_owner: bool = True
    queued: bool = False


class MarkSignal(Contract):
    """Signal `mark_as_sent` of a `NotificationRequest`: the owner told the shopper."""


class WithdrawSignal(Contract):
    """Signal `withdraw` of a `NotificationRequest`: nobody waits any more."""

    reason: Annotated[str, cut_to(400)] = ""


class ReportedSignal(Contract):
    """Signal `reported` of a `Restock`: the item is back, whatever its quantity."""

    item_details: SignalledItem = Item()
    extra_automation_template_parameters: Parameters = Field(default_factory=dict)


class Source(StrEnum):
    """How Restock learnt that an item is back."""

    REPORT = "report"
    STOCK_LEVEL = "stock_level"
    PRODUCT_FEED = "product_feed"


class StockChangedSignal(Contract):
    """Signal `stock_changed` of a `Restock`: the item's stock is now `quantity`.

    `quantity`: 0 takes an announcement back that has not begun; none means in stock, without a
    count. `sku`: what the source calls the item. `restock_id`: the announcement this will be, so
    that a signal that comes twice is one; without it, each signal is one.
    """

    quantity: Quantity | None = 0
    sku: Annotated[str, cut_to(LONGEST_SKU)] = ""
    source: Source = Source.STOCK_LEVEL
    restock_id: UUID | None = None


class QueuePosition(Contract):
    """A place in the queue of an item: the request that stands there."""

    created_date: datetime
    request_id: UUID


class Announcement(Contract):
    """One wave of one item: under which id, what came in, what the mail says, how far it is.

    `begins`: not before that. `told`: how many the restock told so far. `share`: what is left of
    the wave's share of the stock; none until its first page was looked at. `after`: the last
    request of the queue that a page has looked at.
    """

    restock_id: UUID
    report: ReportedSignal
    stock: StockChangedSignal | None = None
    wave: int = 1
    begins: datetime | None = None
    told: int = 0
    share: Share | None = None
    page: int = 0
    after: QueuePosition | None = None

    def following(self, result: "PageResult", new_id: Callable[[], UUID]) -> "Announcement | None":
        """What comes after this page: the next page of its wave, the next wave, or nothing.

        The next wave has an id of its own, made by `new_id`, and looks at the queue from its head.
        """
        told = self.told + result.claimed
        if result.more:
            page = {"page": self.page + 1, "after": result.after, "share": result.share}
            return self.model_copy(update={**page, "told": told})
        if result.next_wave is None:
            return None
        return Announcement(
            restock_id=new_id(),
            report=self.report,
            stock=self.stock,
            # One that has told nobody, because of quiet hours, was none.
            wave=self.wave + bool(result.claimed or self.page),
            begins=result.next_wave,
            told=told,
        )


class RestockInput(Contract):
    """Starts `Restock`: for one item or an audience of it, or for requests reported by their ids.

    The fields from `current` on carry a long announcement over continue-as-new.
    """

    site: SiteName
    item_key: ItemKey = ""
    audience: Audience = Audience()
    request_ids: tuple[UUID, ...] = ()
    current: Announcement | None = None
    reports: tuple[ReportedSignal, ...] = ()
    stock: StockChangedSignal | None = None
    announced: tuple[UUID, ...] = ()
    paused: bool = False


class Page(Contract):
    """Asks for the next `PAGE_SIZE` requests of a queue to be looked at, claimed and signalled."""

    site: str
    item_key: str
    audience: Audience = Audience()
    request_ids: tuple[UUID, ...]
    announcement: Announcement


class PageResult(Contract):
    """How many requests a page told, and how the restock goes on.

    `more`: the wave has a further page, after the request `after`, with the share `share`.
    `next_wave`: some wait for a further wave, which begins then. With neither, nobody is left, or
    nothing. `held_back` says why nobody was told, or that some were not, and nothing that is known
    of a shopper. `stock` and `waiting`: how many there are and how many waited, where the page
    looked at that.
    """

    claimed: int = 0
    more: bool = False
    after: QueuePosition | None = None
    share: Share | None = None
    next_wave: datetime | None = None
    held_back: str = ""
    stock: int | None = None
    waiting: int = 0


class Telling(Contract):
    """Asks for the mail of one request in one restock."""

    site: str
    request_id: UUID
    restock_id: UUID
    item: Item
    parameters: dict[str, str]


class Outcome(StrEnum):
    """How the telling of one shopper ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    UNKNOWN = "unknown"
    TEMPLATE_ERROR = "template_error"
    HELD_BACK = "held_back"
    NOT_OURS = "not_ours"


class Delivery(Contract):
    """How a telling ended, with the mail server's reply or the reason, free of addresses.

    `recorded`: whether the request already says so; then `status` is its status now, none where
    it was deleted.
    """

    outcome: Outcome
    reply: str = ""
    recorded: bool = False
    status: Status | None = None


class Settling(Contract):
    """Asks for the outcome of one telling to be recorded."""

    telling: Telling
    delivery: Delivery


class Marking(Contract):
    """Asks for a request to be recorded as told by the owner."""

    site: str
    request_id: UUID


class Confirming(Contract):
    """Asks a shopper for the n-th time to confirm the address of a request."""

    site: str
    request_id: UUID
    number: int


class RequestState(Contract):
    """The status a request has now; none where it was deleted."""

    status: Status | None = None


class NoticeKind(StrEnum):
    """What the owner is told."""

    REQUEST_RECEIVED = "request_received"
    NOTIFICATION_SENT = "notification_sent"
    NOTIFICATION_FAILED = "notification_failed"
    RESTOCK_SUMMARY = "restock_summary"
    FEED_TROUBLE = "feed_trouble"
    FEED_RECOVERED = "feed_recovered"
    MAIL_RECOVERED = "mail_recovered"


class RequestNotice(Contract):
    """Asks for the owner to be told about one request."""

    site: str
    request_id: UUID
    kind: NoticeKind


class Counting(Contract):
    """Asks how the announcements of a restock came out, once all did or patience is over."""

    site: str
    restock_ids: tuple[UUID, ...]
    patience_seconds: float = 600.0


class RestockOutcome(Contract):
    """How many requests of a restock are in which state.

    `erased`: how many of those told or failed were erased since. `left_by_stop`: how many it has
    not come to, because its owner stopped it; none where it was not stopped.
    """

    item_name: str = ""
    told: int = 0
    failed: int = 0
    erased: int = 0
    back_to_waiting: int = 0
    still_sending: int = 0
    left_by_stop: int | None = None

    @property
    def reached(self) -> int:
        """How many shoppers the restock was for."""
        return self.told + self.failed + self.back_to_waiting + self.still_sending

    @property
    def sentence(self) -> str:
        """`Blue Orchid: told 100 of 1240, 2 failed`."""
        parts = [f"{self.item_name or 'Restock'}: told {self.told} of {self.reached}"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.still_sending} still being tried"] if self.still_sending else []
        parts += [f"{self.back_to_waiting} keep waiting"] if self.back_to_waiting else []
        if self.left_by_stop is not None:
            parts.append(f"then stopped: {self.left_by_stop} more keep waiting")
        return ", ".join(parts)


class RestockNotice(Contract):
    """Asks for the owner to be told about one restock."""

    site: str
    restock_id: UUID
    outcome: RestockOutcome
