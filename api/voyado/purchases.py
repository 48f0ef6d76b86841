"""Purchases: who bought what, for the condition that leaves out those who just did."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.auth import OwnerOrInventory
from api.body_limits import MOST_BYTES_OF_LEVELS
from api.fields import Email, Model
from api.reference import problem_replies
from api.services import Served
from api.voyado.fields import Moment, Sku
from domain.errors import ContactNotFoundError
from store.purchases import Purchase

router = APIRouter(tags=["Voyado: contacts"])

_MOST_PURCHASES = 10_000


class PurchaseBody(Model):
    """One purchase, by a contact or by an address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "shopper@example.com",
                    "sku": "AD_0397_V_685_006_66",
                    "purchasedOn": "2023-12-07T12:21:28+01:00",
                }
            ]
        }
    )

    contact_id: UUID | None = None
    email: Email | None = None
    sku: Sku
    purchased_on: Moment | None = Field(
        default=None, description="Now where it is left out or lies in the future."
    )

    @model_validator(mode="after")
    def _has_one_buyer(self) -> Self:
        if (self.contact_id is None) == (self.email is None):
            raise PydanticCustomError("REQUIRED_ONE_OF_FIELD", "give contactId or email")
        return self

    def purchase(self) -> Purchase:
        buyer = self.contact_id or self.email
        assert buyer
        return Purchase(sku=self.sku, buyer=buyer, at=self.purchased_on)


class PurchasesReply(Model):
    """How many purchases came."""

    received: int


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


_Purchases = Annotated[list[PurchaseBody], Field(max_length=_MOST_PURCHASES)]
Listed = Annotated[
    _Purchases,
    BeforeValidator(_listed, json_schema_input_type=_Purchases | PurchaseBody),
    Body(),
]


@router.post(
    "/purchases",
    status_code=202,
    summary="Record purchases",
    max_body_size=MOST_BYTES_OF_LEVELS,
    responses=problem_replies(ContactNotFoundError),
)
async def record_purchases(
    body: Listed, caller: OwnerOrInventory, services: Served
) -> PurchasesReply:
    """An array of purchases, or one. The newest of each address and SKU is kept."""
    await services.store.purchases.record(caller.site, [each.purchase() for each in body])
    return PurchasesReply(received=len(body))
