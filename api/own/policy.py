"""`/v1/policy`: what happens when an item comes back."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StrictBool
from pydantic.alias_generators import to_camel

from api.auth import Owner
from api.services import Served
from domain.policy import OwnerNotices, Policy, UnknownDelivery

router = APIRouter(prefix="/policy", tags=["Restock"])


class PolicyChange(BaseModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        json_schema_extra={"examples": [{"automation": True, "ownerNotices": "off"}]},
    )

    automation: StrictBool = True
    owner_notices: OwnerNotices = OwnerNotices.EACH
    unknown_delivery: UnknownDelivery = UnknownDelivery.RESEND


@router.get("", summary="Get the policy")
async def get_policy(caller: Owner, services: Served) -> Policy:
    """The whole policy of the site."""
    return await services.store.sites.policy(caller.site)


@router.patch("", summary="Change the policy")
async def change_policy(body: PolicyChange, caller: Owner, services: Served) -> Policy:
    """Change some fields; the reply is the whole policy. Applies to requests already waiting."""
    changes = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return await services.store.sites.change_policy(caller.site, changes)
