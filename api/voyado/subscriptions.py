"""Subscriptions: a contact asks to be told when a SKU is back. Each is one of our requests."""

from typing import Annotated, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks, Path, Request, Response
from pydantic import ConfigDict, Field

from api.auth import Owner, OwnerOrStorefront
from api.captcha import CaptchaChecked, CaptchaToken
from api.concealment import conceals_waiting, now_in_milliseconds, start_now_or_concealed
from api.consent import ConsentBody, consent_of
from api.fields import Model
from api.reference import followed_by, problem_replies
from api.request_workflows import ask_confirmation_again, end_workflows
from api.services import Served, Services
from api.storefront import StorefrontLimited
from api.voyado import PREFIX
from api.voyado.fields import ContactId, ExternalId, OrNone, Shown, Sku
from domain.catalog import VOYADO_APP_ID, CatalogReference, Wanted
from domain.consent import Consent
from domain.errors import (
    CaptchaNeededError,
    ContactNotFoundError,
    RequestAlreadyExistsError,
    SubscriptionNotFoundError,
    TooManyRequestsError,
)
from domain.locales import Locale
from store.records import RequestRecord
from store.requests import Requests

router = APIRouter(tags=["Voyado: subscriptions"])

_SUBSCRIPTIONS = "/inventory/backinstock/subscriptions"


class NewSubscriptionBody(Model):
    """A subscription to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "contactId": "f2a5a4d2-9b5e-4f0c-9d8b-0c9a1e6f7b31",
                    "locale": "en-US",
                    "sku": "AD_0397_V_685_006_66",
                    "externalId": "US-0397",
                }
            ]
        }
    )

    contact_id: UUID = Field(description="The id of a contact that exists.")
    locale: Locale
    sku: Sku
    external_id: OrNone[ExternalId] = Field(
        default=None, description="Needed only if stock levels carry it."
    )
    consent: ConsentBody | None = Field(
        default=None, description="What the shopper agreed to; kept, and part of their export."
    )


class SubscriptionBody(Model):
    """A subscription."""

    id: UUID
    contact_id: UUID
    sku: str
    locale: str
    external_id: str | None
    created_on: Shown

    @classmethod
    def of(cls, record: RequestRecord) -> Self:
        return cls(
            id=record.id,
            contact_id=record.contact_id,
            sku=record.catalog_item_id,
            locale=record.locale or "",
            external_id=record.external_id,
            created_on=record.created_date,
        )

    @classmethod
    def concealed(cls, asked: NewSubscriptionBody) -> Self:
        """What was asked for, as if it were new, with an id that means nothing."""
        return cls(
            id=uuid4(),
            contact_id=asked.contact_id,
            sku=asked.sku,
            locale=asked.locale,
            external_id=asked.external_id,
            created_on=now_in_milliseconds(),
        )


class SubscriptionsReply(Model):
    """The subscriptions of a contact."""

    data: list[SubscriptionBody]


@router.post(
    _SUBSCRIPTIONS,
    status_code=201,
    summary="Create a subscription",
    responses={
        **problem_replies(
            CaptchaNeededError,
            ContactNotFoundError,
            RequestAlreadyExistsError,
            TooManyRequestsError,
        ),
        200: {"model": SubscriptionBody, "description": "The one that is open already."},
        **followed_by(201, "subscriptionId", "$response.body#/id", "deleteSubscription"),
    },
)
async def create_subscription(
    body: NewSubscriptionBody,
    caller: OwnerOrStorefront,
    services: Served,
    limits: StorefrontLimited,
    captcha: CaptchaChecked,
    http: Request,
    reply: Response,
    after_reply: BackgroundTasks,
    captcha_token: CaptchaToken = None,
) -> SubscriptionBody:
    """A contact asks to be told when a SKU is back.

    There is one open subscription for the same contact, SKU, locale and external id.
    """
    await limits.admit(http, caller, services.store.sites, str(body.contact_id))
    await captcha.check(caller, captcha_token)
    conceals = await conceals_waiting(services, caller)
    consent = consent_of(body.consent, caller, http)
    record, is_new = await _asked(services, caller.site, body, consent)
    if is_new:
        await start_now_or_concealed(services, record, after_reply if conceals else None)
    elif record.unconfirmed:
        after_reply.add_task(ask_confirmation_again, services, record.id)
    shown = SubscriptionBody.concealed(body) if conceals else SubscriptionBody.of(record)
    reply.status_code = 201 if is_new or conceals else 200
    reply.headers["Location"] = f"{PREFIX}{_SUBSCRIPTIONS}/{shown.id}"
    return shown


@router.delete(
    f"{_SUBSCRIPTIONS}/{{subscriptionId}}",
    status_code=204,
    summary="Delete a subscription",
    responses=problem_replies(SubscriptionNotFoundError),
)
async def delete_subscription(
    subscription_id: Annotated[UUID, Path(alias="subscriptionId")], caller: Owner, services: Served
) -> None:
    """Delete a subscription that still waits. No mail goes out any more."""
    requests = services.store.requests
    if not await requests.delete_waiting(caller.site, subscription_id, VOYADO_APP_ID):
        raise SubscriptionNotFoundError()
    await end_workflows(services, [subscription_id])


@router.get(
    "/contacts/{contactId}/backinstock/subscriptions",
    # As Voyado documents it.
    status_code=202,
    summary="List the subscriptions of a contact",
    responses=problem_replies(ContactNotFoundError),
)
async def list_subscriptions(
    contact_id: ContactId, caller: Owner, services: Served
) -> SubscriptionsReply:
    """Those that still wait, the oldest first; one that is used up is no longer listed."""
    if await services.store.contacts.get(caller.site, contact_id) is None:
        raise ContactNotFoundError()
    records = await services.store.requests.waiting_of_contact(
        caller.site, contact_id, VOYADO_APP_ID
    )
    return SubscriptionsReply(data=[SubscriptionBody.of(record) for record in records])


async def _asked(
    services: Services, site: str, body: NewSubscriptionBody, consent: Consent | None
) -> tuple[RequestRecord, bool]:
    """The contact's open request, and whether it was made just now."""
    reference = CatalogReference(app_id=VOYADO_APP_ID, catalog_item_id=body.sku)
    # Held, so that a contact that is erased just now is not made again by its request.
    async with services.store.contacts.held(site, body.contact_id) as (contact, connection):
        requests = Requests(connection)
        wanted = Wanted(
            reference=reference,
            email=contact.email,
            item=await requests.known_item(site, reference, body.locale),
            locale=body.locale,
            external_id=body.external_id,
        )
        return await requests.create_or_find(site, wanted, consent)
