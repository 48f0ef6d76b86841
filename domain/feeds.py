"""Product feeds: how one stands, when its content is not to be trusted, what its workflow says."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.contracts import Contract, NoticeKind

FEEDS_TASK_QUEUE = "feeds"
"""Readings of product feeds and of files to import, a few at a time."""


class FeedState(StrEnum):
    """How the last reading of a feed ended; `pending` before the first of a new source."""

    PENDING = "pending"
    OK = "ok"
    FAILED = "failed"
    SUSPICIOUS = "suspicious"

    @property
    def is_trouble(self) -> bool:
        return self in (FeedState.FAILED, FeedState.SUSPICIOUS)


class FeedInput(Contract):
    """Starts `ProductFeed`, and asks for one reading. `locale`: as the owner spells it."""

    site: str
    locale: str
    accept_shrink: bool = False


class RefreshSignal(Contract):
    """Signal `refresh` of a `ProductFeed`: read it again.

    `accept_shrink`: take it over even where most of the known items are gone.
    """

    accept_shrink: bool = False


class FeedOutcome(Contract):
    """How a feed stands after a reading; without a state there is no such feed any more.

    `items`, `in_stock`: of the content that counts now, without the groups. `turned_in_stock`:
    how many came in by this reading; `arrivals`: how many items that are waited for did.
    `notice`: what the owner is to be told.
    """

    state: FeedState | None = None
    items: int = 0
    in_stock: int = 0
    turned_in_stock: int = 0
    arrivals: int = 0
    trouble: str = ""
    notice: NoticeKind | None = None

    @property
    def sentence(self) -> str:
        """`1,980 items, 1,700 in stock; 3 turned in stock`, or what is wrong."""
        if self.state is None:
            return "there is no such feed any more"
        if self.state.is_trouble:
            return self.trouble
        turned = f"; {self.turned_in_stock:,} turned in stock" if self.turned_in_stock else ""
        items = "1 item" if self.items == 1 else f"{self.items:,} items"
        return f"{items}, {self.in_stock:,} in stock{turned}"


class FeedNotice(Contract):
    """Asks for the owner to be told of a feed's trouble, or that it is over."""

    site: str
    locale: str
    kind: NoticeKind
    outcome: FeedOutcome

    @property
    def sentence(self) -> str:
        """`Product feed sv-SE: the shop's server answered 404`."""
        again = "read again: " if self.kind is NoticeKind.FEED_RECOVERED else ""
        return f"Product feed {self.locale}: {again}{self.outcome.sentence}"


class Trouble(NamedTuple):
    """Why a reading changes nothing."""

    state: FeedState
    text: str


class FeedCensus(BaseModel):
    """What a reading found, against what is stored; groups are not counted.

    `known`: the stored items, `gone`: those of them that were not found.
    """

    model_config = ConfigDict(frozen=True)

    items: int
    in_stock: int
    known: int
    gone: int

    @property
    def is_suspicious(self) -> bool:
        """Whether more than half is gone: such a feed is more often cut short than meant so."""
        return self.gone * 2 > self.known

    def trouble(self, is_first: bool, accept_shrink: bool, how_to_accept: str) -> Trouble | None:
        """Why this must not be taken over, if so. `is_first`: nothing was taken over before."""
        if is_first and not self.items:
            return Trouble(FeedState.FAILED, "the feed has no usable items")
        if self.is_suspicious and not accept_shrink:
            gone = f"{self.gone:,} of {self.known:,} items are gone, so nothing was changed"
            return Trouble(FeedState.SUSPICIOUS, f"{gone}; if that is right, {how_to_accept}")
        return None
