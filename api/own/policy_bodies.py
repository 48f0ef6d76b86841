"""The JSON of policies: which fields there are, and what each may be."""

from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from api.violations import invalid_query
from domain.conditions import parse_conditions
from domain.matching import LARGEST_QUANTITY
from domain.policy import Order, OwnerNotices, Policy, QuietHours, UnknownDelivery
from domain.query import QueryError

_A_WEEK = 7 * 24 * 60


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones."""
    # Reads a directory of some hundred files.
    return frozenset(available_timezones())


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError("must be an IANA time zone, such as Europe/Stockholm")
    return name


Count = Annotated[StrictInt, Field(ge=1, le=LARGEST_QUANTITY)]
Days = Annotated[StrictInt, Field(ge=1, le=3650)]
Minutes = Annotated[float, Field(strict=True, gt=0, le=_A_WEEK, allow_inf_nan=False)]
Clock = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(json_schema_extra={"maxLength": 5}),
]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]


class _Strict(BaseModel):
    """Camel case on the wire; a field that is misspelt is an error."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class QuietHoursBody(_Strict):
    """From when to when, by the shop's clock; over midnight where `from` is later than `to`."""

    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _has_some_length(self) -> Self:
        if self.begin == self.end:
            raise ValueError("from and to must differ")
        return self

    @classmethod
    def of(cls, hours: QuietHours) -> "QuietHoursBody":
        begin, end = (each.isoformat("minutes") for each in (hours.begin, hours.end))
        return cls.model_construct(begin=begin, end=end)


class ItemPolicyBody(_Strict):
    """What a policy says that may differ from item to item."""

    automation: StrictBool = Field(
        default=True, description="Whether anybody is told without the owner's doing."
    )
    minimum_stock: Count = Field(
        default=1, description="Fewer than that are not announced, and a restock pauses."
    )
    conditions: dict[str, Any] = Field(
        default={},
        description="Each must hold for a shopper to be told, in the language of the listing's "
        "filter and within its limits. Fields: `quantity`, `locale`, `sku`, `externalId`, "
        "`ageDays`, `daysSincePurchase`, `product.<attribute>`, `contact.<attribute>`.",
    )
    shoppers_per_unit: Count | None = Field(
        default=20,
        description="How many wanted units a wave promises for each unit in stock; null tells "
        "all at once.",
    )
    wave_interval_minutes: Minutes = Field(
        default=60, description="How long after a wave the next one looks at the stock."
    )
    order: Order = Field(default=Order.OLDEST, description="Who is told first.")
    cap_per_restock: Count | None = Field(
        default=None, description="How many shoppers one restock tells at most, over all waves."
    )
    quiet_hours: QuietHoursBody | None = Field(
        default=None, description="When no wave begins, by the clock of `timeZone`."
    )
    unknown_delivery: UnknownDelivery = Field(
        default=UnknownDelivery.RESEND,
        description="What becomes of a mail that may or may not have left before a crash.",
    )

    def changes(self, path: str = "") -> dict[str, Any]:
        """The fields that were given, as they are stored. `path`: where they stand in the body.

        Raises `InvalidRequestError` where the conditions are wrong.
        """
        try:
            parse_conditions(self.conditions, f"{path}conditions")
        except QueryError as error:
            raise invalid_query(error) from None
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class PolicyBody(ItemPolicyBody):
    """The whole policy of a site; in a change, the fields that are left out stay."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "automation": True,
                    "minimumStock": 2,
                    "conditions": {"daysSincePurchase": {"$gte": 5}},
                    "shoppersPerUnit": 20,
                    "waveIntervalMinutes": 60,
                    "order": "oldest",
                    "capPerRestock": 500,
                    "quietHours": {"from": "22:00", "to": "07:30"},
                    "timeZone": "Europe/Stockholm",
                    "ownerNotices": "off",
                    "concealWaiting": True,
                }
            ]
        }
    )

    time_zone: TimeZone = Field(default="UTC", description="The shop's, by its IANA name.")
    owner_notices: OwnerNotices = Field(
        default=OwnerNotices.EACH, description="Whether the owner hears of each mail by e-mail."
    )
    expire_after_days: Days | None = Field(
        default=None,
        description="A request that has waited for longer is deleted; null keeps it for ever.",
    )
    conceal_waiting: StrictBool = Field(
        default=False,
        description="Whether a storefront key is answered the same for a shopper who waits already "
        "as for a new one: with ids that mean nothing.",
    )
    double_opt_in: StrictBool = Field(
        default=False,
        description="Whether a shopper confirms the address, by a link in a mail, before waiting.",
    )
    forget_unconfirmed_after_days: Days = Field(
        default=7, description="A request that nobody confirmed for longer is deleted."
    )

    @classmethod
    def of(cls, policy: Policy) -> "PolicyBody":
        """A policy as it is stored; it was looked at when it came in."""
        fields = {name: getattr(policy, name) for name in cls.model_fields}
        hours = policy.quiet_hours
        return cls.model_construct(
            **fields | {"quiet_hours": QuietHoursBody.of(hours) if hours else None}
        )
