"""The owner's policy of a site: what happens when an item comes back."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class OwnerNotices(StrEnum):
    """How the owner hears of requests and mails: each by e-mail, or only in the inbox."""

    EACH = "each"
    OFF = "off"


class UnknownDelivery(StrEnum):
    """What happens to a mail that may or may not have left before a crash."""

    RESEND = "resend"
    HOLD = "hold"


class Policy(BaseModel):
    """The whole policy, with its defaults."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )

    automation: bool = True
    owner_notices: OwnerNotices = OwnerNotices.EACH
    unknown_delivery: UnknownDelivery = UnknownDelivery.RESEND

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "Policy":
        """The policy a site has: what it stored, over the defaults."""
        return cls.model_validate(stored or {})
