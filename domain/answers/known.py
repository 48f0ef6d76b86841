"""What an answer is made of, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.catalog import Item
from domain.outlook import Outlook
from domain.status import Status, Step


class Fix(StrEnum):
    """What the owner can do about it: on the page itself, or where a link leads."""

    CORRECT_ADDRESS = "correct_address"
    TRY_AGAIN = "try_again"
    ANNOUNCE = "announce"
    NAME_AND_PRICE = "name_and_price"
    MARK = "mark"
    NEWER_REQUEST = "newer_request"
    RULES = "rules"
    RESTOCKS = "restocks"
    TEMPLATES = "templates"
    FEEDS = "feeds"
    HEALTH = "health"


class Mood(StrEnum):
    """Whether the answer is what the owner hopes for."""

    GOOD = "good"
    WAITS = "waits"
    BAD = "bad"


@dataclass(frozen=True)
class LastMail:
    """What the ledger says of the last mail; `state` as in the table `deliveries`."""

    state: str
    unknown_attempts: int
    reply: str
    claimed_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class Known:
    """What an answer goes by.

    `last_step`, `detail`: the last line of the timeline that is not about the owner's own mails.
    `item`: what is known of the item now. `outlook`: while the request waits. `quiet_until`: when
    the quiet hours end, if it is in them. `give_up_after`: for how long a mail is tried.
    `asked_again`: whether the shopper has another request for the item that is open.
    """

    status: Status
    auto_notified: bool | None
    last_step: Step
    detail: str
    mail: LastMail | None
    item: Item
    outlook: Outlook | None
    quiet_until: datetime | None
    give_up_after: timedelta
    asked_again: bool = False


@dataclass(frozen=True)
class Answer:
    """`sentence`: the reason. `advice`: what to do, or that nothing is to be done."""

    mood: Mood
    sentence: str
    advice: str
    fixes: tuple[Fix, ...] = ()


Clock = Callable[[datetime], str]
"""Writes a moment by the shop's clock."""
