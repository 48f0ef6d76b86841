"""`/v1/policy`: what happens when an item comes back."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from pydantic.alias_generators import to_camel

from api.auth import Owner
from api.services import Served
from api.violations import invalid_query
from domain.conditions import parse_conditions
from domain.policy import OwnerNotices, Policy, UnknownDelivery
from domain.query import QueryError

router = APIRouter(prefix="/policy", tags=["Restock"])


class PolicyChange(BaseModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "automation": True,
                    "minimumStock": 2,
                    "conditions": {"daysSincePurchase": {"$gte": 5}},
                    "ownerNotices": "off",
                }
            ]
        },
    )

    automation: StrictBool = True
    minimum_stock: Annotated[StrictInt, Field(ge=1, le=2_147_483_647)] = Field(
        default=1, description="Fewer than that are not announced."
    )
    conditions: dict[str, Any] = Field(
        default={},
        description="Each must hold for a shopper to be told, in the language of the listing's "
        "filter. Fields: `quantity`, `locale`, `sku`, `externalId`, `ageDays`, "
        "`daysSincePurchase`, `product.<attribute>`, `contact.<attribute>`.",
    )
    owner_notices: OwnerNotices = OwnerNotices.EACH
    unknown_delivery: UnknownDelivery = UnknownDelivery.RESEND


@router.get("", summary="Get the policy")
async def get_policy(caller: Owner, services: Served) -> Policy:
    """The whole policy of the site."""
    return await services.store.sites.policy(caller.site)


@router.patch("", summary="Change the policy")
async def change_policy(body: PolicyChange, caller: Owner, services: Served) -> Policy:
    """Change some fields; the reply is the whole policy. Applies to requests already waiting."""
    _check(body.conditions)
    changes = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return await services.store.sites.change_policy(caller.site, changes)


def _check(conditions: dict[str, Any]) -> None:
    try:
        parse_conditions(conditions)
    except QueryError as error:
        raise invalid_query(error) from None
