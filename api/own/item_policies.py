"""`/v1/policy/items`: in what single items differ from their site's policy."""

from typing import Annotated, Any, NoReturn, Self

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from api.auth import Owner
from api.fields import Model, OrAbsent
from api.own.items import ItemBody, ItemKey, shown_reference
from api.own.policy_bodies import ItemPolicyBody, PolicyBody
from api.reference import refusals
from api.services import Served, Services
from api.wix.models import ReferenceBody
from domain.catalog import CatalogReference
from domain.errors import InvalidCatalogReferenceOptionsError
from store.records import ItemPolicy

router = APIRouter(prefix="/policy/items", tags=["Restock"])


def _of_the_site(value: object) -> NoReturn:
    raise PydanticCustomError(
        "FIELD_NOT_ALLOWED", "is the same for all items: change it at /v1/policy"
    )


def _item_field(name: str) -> str:
    if name not in ITEM_FIELDS:
        known = ", ".join(ITEM_FIELDS)
        raise PydanticCustomError("INVALID_ENUM_VALUE", f"must be one of {known}")
    return name


ITEM_FIELDS = [str(each.alias) for each in ItemPolicyBody.model_fields.values()]
"""In what an item may differ from its site, as `/v1/policy` names it."""

OfTheSite = SkipJsonSchema[Annotated[Any, AfterValidator(_of_the_site)]]
ItemField = Annotated[
    str, AfterValidator(_item_field), Field(json_schema_extra={"enum": list(ITEM_FIELDS)})
]


class ItemPolicyChange(ItemPolicyBody):
    """The fields in which an item differs; those that are left out stay as they are."""

    time_zone: OfTheSite = None
    owner_notices: OfTheSite = None
    expire_after_days: OfTheSite = None
    conceal_waiting: OfTheSite = None


class ItemPolicyChangeBody(ItemBody):
    """Changes in what an item differs from its site."""

    policy: ItemPolicyChange | None = Field(
        default=None, description="Null: the item goes by its site's policy in everything again."
    )
    inherit: Annotated[list[ItemField], Field(max_length=len(ITEM_FIELDS))] = Field(
        default=[], description="The fields in which the item goes by its site's policy again."
    )

    @field_validator("inherit")
    @classmethod
    def _is_not_changed_too(cls, inherit: list[str], info: ValidationInfo) -> list[str]:
        policy = info.data.get("policy")
        given = policy.model_dump(by_alias=True, exclude_unset=True) if policy else {}
        if both := given.keys() & set(inherit):
            raise ValueError(f"{min(both)} is given in policy too")
        return inherit

    @model_validator(mode="after")
    def _says_what_to_change(self) -> Self:
        if not self.model_fields_set & {"policy", "inherit"}:
            raise PydanticCustomError("REQUIRED_ONE_OF_FIELD", "give policy, inherit or both")
        return self

    @property
    def is_cleared(self) -> bool:
        """Whether `policy` is there, and null."""
        return self.policy is None and "policy" in self.model_fields_set


class ItemPolicyReply(Model):
    """In what an item differs from its site, and the whole policy it has with that.

    `catalogReference`, or `sku` for an item of Voyado's dialect: which item it is, while somebody
    waits for it.
    """

    item_key: str
    catalog_reference: OrAbsent[ReferenceBody] = None
    sku: OrAbsent[str] = None
    overrides: dict[str, Any]
    policy: PolicyBody

    @classmethod
    def of(cls, item: ItemPolicy, named: CatalogReference | None = None) -> Self:
        """`named`: which item it is, where the caller said so."""
        return cls(
            item_key=item.item_key,
            **shown_reference(named or item.reference),
            overrides=item.overrides,
            policy=PolicyBody.of(item.policy),
        )


class ItemPoliciesReply(Model):
    """Items with a policy of their own; `next` is the `after` of the next page, if there is one."""

    items: list[ItemPolicyReply]
    next: str | None


@router.get("", summary="List the policies of items")
async def list_item_policies(
    caller: Owner,
    services: Served,
    after: Annotated[
        ItemKey | None, Query(description="`next` of the page before: only what follows.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> ItemPoliciesReply:
    """All items that differ from their site's policy, in the order of their keys."""
    sites = services.store.sites
    keys = await sites.items_with_policy(caller.site, after or "", limit + 1)
    found = await sites.item_policies(caller.site, keys[:limit])
    items = [ItemPolicyReply.of(each) for each in found]
    return ItemPoliciesReply(items=items, next=keys[limit - 1] if len(keys) > limit else None)


@router.patch(
    "",
    summary="Change the policy of an item",
    responses=refusals(InvalidCatalogReferenceOptionsError),
)
async def change_item_policy(
    body: ItemPolicyChangeBody, caller: Owner, services: Served
) -> ItemPolicyReply:
    """Change in what an item differs from its site; the reply is how it stands now.

    What an item does not set it takes from its site, also later. `conditions` of an item stand in
    place of the site's. Applies to restocks that run: from their next page on.
    """
    await _change(services, caller.site, body)
    (changed,) = await services.store.sites.item_policies(caller.site, [body.key()])
    return ItemPolicyReply.of(changed, named=body.reference())


async def _change(services: Services, site: str, body: ItemPolicyChangeBody) -> None:
    sites = services.store.sites
    if body.is_cleared:
        await sites.drop_item_policy(site, body.key())
        return
    changes = body.policy.changes("policy.") if body.policy else {}
    await sites.change_item_policy(site, body.key(), changes, body.inherit)
