"""`backInStockNotifications`: requests are made, read, marked, reported and deleted."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import BaseModel

from api import storefront
from api.auth import Owner, OwnerOrInventory, OwnerOrStorefront
from api.captcha import CaptchaChecked, CaptchaToken
from api.concealment import conceals_waiting, start_now_or_concealed
from api.consent import consent_of
from api.own.marking import marked
from api.reference import followed_by, refusals
from api.request_workflows import ask_confirmation_again, end_workflows
from api.services import Served, Services
from api.storefront import StorefrontLimited
from api.wix.idempotency import IdempotencyKey, answered_once
from api.wix.models import (
    CreateBody,
    EmptyReply,
    ReportBody,
    RequestReply,
)
from domain.catalog import Wanted
from domain.errors import (
    BothReferenceAndIdsError,
    CaptchaNeededError,
    CollectionDisabledError,
    IdempotencyKeyReusedError,
    InvalidCatalogReferenceOptionsError,
    InvalidItemImageUrlError,
    RequestAlreadyExistsError,
    RequestNotFoundError,
    RequestToMarkNotFoundError,
    TooManyRequestsError,
)
from store.database import Connection
from store.idempotency import Call
from store.records import ApiKey, RequestRecord
from store.requests import Requests

router = APIRouter(tags=["Requests"])


@router.post(
    "",
    summary="Create a back in stock notification request",
    responses={
        **refusals(
            InvalidItemImageUrlError,
            InvalidCatalogReferenceOptionsError,
            RequestAlreadyExistsError,
            IdempotencyKeyReusedError,
            CaptchaNeededError,
            CollectionDisabledError,
            TooManyRequestsError,
        ),
        **followed_by(
            200,
            "id",
            "$response.body#/request/id",
            "getBackInStockNotificationRequest",
            "getTimeline",
            "markAsNotificationSent",
            "deleteBackInStockNotificationRequest",
        ),
    },
)
async def create_back_in_stock_notification_request(
    body: CreateBody,
    caller: OwnerOrStorefront,
    services: Served,
    limits: StorefrontLimited,
    captcha: CaptchaChecked,
    http: Request,
    after_reply: BackgroundTasks,
    idempotency_key: IdempotencyKey = None,
    captcha_token: CaptchaToken = None,
) -> RequestReply:
    """A shopper asks to be told when an item is back. One open request per shopper and item."""
    wanted = body.wanted()
    sites = services.store.sites
    await limits.admit(http, caller, sites, wanted.email)
    await captcha.check(caller, captcha_token)
    if not await sites.is_collecting(caller.site, wanted.reference.app_id):
        raise CollectionDisabledError()
    conceals = await conceals_waiting(services, caller)
    consent = consent_of(body.consent, caller, http)

    made: list[RequestRecord] = []

    async def create(connection: Connection | None) -> RequestReply:
        requests = Requests(connection) if connection else services.store.requests
        record, is_new = await requests.create_or_find(caller.site, wanted, consent)
        if is_new:
            made.append(record)
        elif record.unconfirmed:
            after_reply.add_task(ask_confirmation_again, services, record.id)
        if conceals:
            return RequestReply.concealed(wanted)
        return RequestReply.of(record) if is_new else _asked_before(caller, wanted, record)

    call = _call(caller, "create", idempotency_key, body)
    reply = await answered_once(services, call, create, RequestReply)
    for record in made:
        await start_now_or_concealed(services, record, after_reply if conceals else None)
    return reply


@router.post(
    "/report-items-back-in-stock",
    summary="Report items back in stock",
    responses=refusals(
        InvalidItemImageUrlError,
        InvalidCatalogReferenceOptionsError,
        BothReferenceAndIdsError,
        IdempotencyKeyReusedError,
    ),
)
async def report_items_back_in_stock(
    body: ReportBody,
    caller: OwnerOrInventory,
    services: Served,
    idempotency_key: IdempotencyKey = None,
) -> EmptyReply:
    """An item is back: everyone who waits for it is told, or the requests named by id are."""

    async def report(_: Connection | None) -> EmptyReply:
        await _report(services, caller.site, body)
        return EmptyReply()

    call = _call(caller, "report", idempotency_key, body)
    return await answered_once(services, call, report, EmptyReply)


@router.get(
    "/{id}",
    summary="Get a back in stock notification request",
    responses=refusals(RequestNotFoundError),
)
async def get_back_in_stock_notification_request(
    id: UUID, caller: Owner, services: Served
) -> RequestReply:
    """One request, by its id."""
    return RequestReply.of(await _existing(services, caller.site, id))


@router.delete(
    "/{id}",
    summary="Delete a back in stock notification request",
    responses=refusals(RequestNotFoundError),
)
async def delete_back_in_stock_notification_request(
    id: UUID, caller: Owner, services: Served
) -> EmptyReply:
    """Delete a request. No mail goes out any more."""
    if not await services.store.requests.delete(caller.site, id):
        raise RequestNotFoundError()
    await end_workflows(services, [id])
    return EmptyReply()


@router.put(
    "/{id}/mark-as-notification-sent",
    summary="Mark a request as told by the owner",
    responses=refusals(RequestToMarkNotFoundError),
)
async def mark_as_notification_sent(id: UUID, caller: Owner, services: Served) -> RequestReply:
    """The owner told the shopper: the request is done and no mail goes out."""
    record = await services.store.requests.get(caller.site, id)
    if record is None:
        raise RequestToMarkNotFoundError()
    return RequestReply.of(await marked(services, record))


def _call(caller: ApiKey, operation: str, key: str | None, body: BaseModel) -> Call | None:
    return Call(caller.site, operation, key, body.model_dump_json()) if key else None


def _asked_before(caller: ApiKey, wanted: Wanted, record: RequestRecord) -> RequestReply:
    """The answer for an open request: one that is to be confirmed is as good as new.

    Raises `RequestAlreadyExistsError`.
    """
    if not record.unconfirmed:
        raise _already_waits(caller, record)
    if caller.scope == storefront.SCOPE:
        return RequestReply.concealed(wanted)
    return RequestReply.of(record)


def _already_waits(caller: ApiKey, record: RequestRecord) -> RequestAlreadyExistsError:
    # A publishable key does not learn the ids of other people's requests.
    return RequestAlreadyExistsError(None if caller.scope == storefront.SCOPE else record.id)


async def _report(services: Services, site: str, body: ReportBody) -> None:
    report = body.report()
    if body.request_ids:
        await services.engine.report_requests(site, tuple(body.request_ids), report)
    elif body.catalog_reference:
        item_key = body.catalog_reference.reference().item_key
        if await services.store.requests.anyone_waiting(site, item_key):
            await services.engine.report_item(site, item_key, report)


async def _existing(services: Services, site: str, request_id: UUID) -> RequestRecord:
    record = await services.store.requests.get(site, request_id)
    if record is None:
        raise RequestNotFoundError()
    return record
