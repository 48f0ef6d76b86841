"""`/v1/purchases`: a shopper who came by the link of a mail has bought."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, StringConstraints

from api.auth import AnyCaller
from api.fields import Model
from api.reference import refusals
from api.services import Served
from api.storefront import StorefrontLimited
from api.voyado.fields import Moment
from domain.errors import LinkTokenNotFoundError, TooManyRequestsError
from domain.text import Storable
from domain.visits import TOKEN_LENGTH

router = APIRouter(prefix="/purchases", tags=["Restock"])


class TokenPurchaseBody(Model):
    """A purchase, by the token of the mail that the shopper came from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "A" * TOKEN_LENGTH}]})

    token: Annotated[
        str, StringConstraints(min_length=TOKEN_LENGTH, max_length=TOKEN_LENGTH), Storable
    ] = Field(description="`rsk` of the link in the mail, as `/visit.js` keeps it.")
    purchased_on: Moment | None = Field(
        default=None, description="Now where it is left out or lies in the future."
    )


class CountedReply(Model):
    """`counted`: whether the mail led to it, by its date, and it was not counted before."""

    counted: bool


@router.post(
    "",
    summary="Record a purchase by the token of a mail",
    responses=refusals(LinkTokenNotFoundError, TooManyRequestsError),
)
async def record_purchase_by_token(
    body: TokenPurchaseBody,
    caller: AnyCaller,
    services: Served,
    limits: StorefrontLimited,
    http: Request,
) -> CountedReply:
    """A purchase within 30 days of its mail counts for the mail's restock, once.

    Purchases by an address and a SKU, `POST /api/v3/purchases`, count by themselves.
    """
    await limits.admit(http, caller, services.store.sites, body.token)
    counted = await services.store.conversions.buy(caller.site, body.token, body.purchased_on)
    return CountedReply(counted=counted)
