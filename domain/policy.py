"""The owner's policy of a site: what happens when an item comes back."""

from datetime import time
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.conditions import Conditions, parse_conditions


class OwnerNotices(StrEnum):
    """How the owner hears of requests and mails: each by e-mail, or only in the inbox."""

    EACH = "each"
    OFF = "off"


class UnknownDelivery(StrEnum):
    """What happens to a mail that may or may not have left before a crash."""

    RESEND = "resend"
    HOLD = "hold"


class Order(StrEnum):
    """Who of those that wait is told first."""

    OLDEST = "oldest"
    NEWEST = "newest"


class QuietHours(BaseModel):
    """When no mail goes out, by the shop's clock: from 22:00 to 07:30 is over midnight."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    begin: time = Field(alias="from")
    end: time = Field(alias="to")


class Policy(BaseModel):
    """The whole policy, with its defaults.

    `minimum_stock`: fewer than that are not announced, and with fewer a restock pauses.
    `conditions`: the owner's own, in the language of `domain/conditions`; each must hold for a
    shopper to be told. `shoppers_per_unit`, `wave_interval_minutes`, `order`, `cap_per_restock`,
    `quiet_hours`, `time_zone`: see `domain/waves.py`; None is without limit. `conceal_waiting`:
    whether a storefront is answered the same for a shopper who waits already as for a new one.
    `expire_after_days`: a request that has waited for longer is deleted; None keeps it.
    `double_opt_in`: a shopper confirms the address before waiting; who does not within
    `forget_unconfirmed_after_days` is forgotten.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )

    automation: bool = True
    minimum_stock: int = 1
    conditions: dict[str, Any] = {}
    shoppers_per_unit: int | None = 20
    wave_interval_minutes: float = 60
    order: Order = Order.OLDEST
    cap_per_restock: int | None = None
    quiet_hours: QuietHours | None = None
    time_zone: str = "UTC"
    owner_notices: OwnerNotices = OwnerNotices.EACH
    unknown_delivery: UnknownDelivery = UnknownDelivery.RESEND
    expire_after_days: int | None = None
    conceal_waiting: bool = False
    double_opt_in: bool = False
    forget_unconfirmed_after_days: int = 7

    @cached_property
    def parsed_conditions(self) -> Conditions:
        return parse_conditions(self.conditions)

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "Policy":
        """The policy a site has: what it stored, over the defaults."""
        return cls.model_validate(stored or {})
