"""`/v1/restocks/preview`: whom a restock would tell, when, with which mail, and whom not."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field

from api.auth import Owner
from api.fields import Model, OrAbsent
from api.own.dry_run import Arrival, DryRun, dry_run
from api.own.items import ItemBody
from api.own.reasons import ReasonBody, counted
from api.reference import refusals
from api.services import Served, Services
from api.voyado.fields import ExternalId, Moment, OrNone
from domain.announcing import Candidate
from domain.errors import EngineUnavailableError, InvalidCatalogReferenceOptionsError
from domain.locales import Locale, locale_key
from domain.matching import LARGEST_QUANTITY, Audience
from domain.preview import PlannedWave, PreviewedMail

log = logging.getLogger("restock.api")
router = APIRouter(tags=["Restock"])

_FURTHEST = timedelta(days=366)


def _near(moment: datetime) -> datetime:
    if moment > datetime.now(UTC) + _FURTHEST:
        raise ValueError("must be at most a year ahead")
    return moment


class PreviewBody(ItemBody):
    """What is assumed: so many units of an item come in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "catalogReference": {
                        "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
                        "catalogItemId": "blue-orchid",
                    },
                    "quantity": 20,
                }
            ]
        }
    )

    quantity: Annotated[int, Field(strict=True, ge=0, le=LARGEST_QUANTITY)] = Field(
        description="How many units come in."
    )
    at: Annotated[Moment, AfterValidator(_near)] | None = Field(
        default=None, description="When they come in; now where it is left out or has passed."
    )
    locale: OrNone[Locale] = Field(
        default=None, description="Only those who wait in this locale, as with stock levels."
    )
    external_id: OrNone[ExternalId] = Field(
        default=None, description="Only those who wait with this external id."
    )

    def arrival(self) -> Arrival:
        """Raises `InvalidCatalogReferenceOptionsError`."""
        audience = Audience(
            locale=locale_key(self.locale or ""), external_id=self.external_id or ""
        )
        return Arrival(self.key(), self.quantity, self.at or datetime.now(UTC), audience)


class ShopperBody(Model):
    """A shopper who would be told. `place`: in the queue as it is now, from 1."""

    request_id: UUID
    email: str
    quantity: int
    place: int


class WaveBody(Model):
    """A wave. `count` of them are told; `shoppers` names them while there is room."""

    number: int
    at: datetime
    stock: int
    count: int
    shoppers: list[ShopperBody]


class LeftOutBody(Model):
    """A shopper who would still wait after the last wave."""

    request_id: UUID
    email: str
    reason: str


class MailBody(Model):
    """The mail to the first shopper, without an address; `locale` is that shopper's."""

    subject: str
    text: str
    html: str
    locale: str


class PreviewReply(Model):
    """What a restock would do, under `assumption`, and while no restock of the item runs.

    At most 10,000 of those who wait are looked at, at most 1,000 waves worked out and at most
    1,000 shoppers named, in the waves first. `truncated` says that one of these was too few; the
    counts are those of all who were looked at. `leftOutReasons` counts those left out by reason.
    Without a mail, `mailNote` says why.
    """

    waves: list[WaveBody]
    left_out: list[LeftOutBody]
    left_out_reasons: list[ReasonBody]
    waiting: int
    truncated: bool
    mail: MailBody | None
    mail_note: OrAbsent[str]
    assumption: str

    @classmethod
    def of(cls, found: DryRun, stock: int, mail: PreviewedMail) -> Self:
        left_out = found.preview.left_out
        return cls(
            waves=[_wave(found, wave, stock) for wave in found.preview.waves],
            left_out=[
                LeftOutBody(request_id=id, email=found.addresses[id], reason=reason)
                for id, reason in left_out.items()
                if id in found.addresses
            ],
            left_out_reasons=counted(Counter(left_out.values())),
            waiting=found.waiting,
            truncated=found.truncated,
            mail=None if mail.trouble else MailBody(**mail.model_dump(exclude={"trouble"})),
            mail_note=mail.trouble or None,
            assumption=f"the stock stays at {stock}",
        )


@router.post(
    "/restocks/preview",
    summary="Preview a restock",
    responses=refusals(InvalidCatalogReferenceOptionsError),
)
async def preview_restock(body: PreviewBody, caller: Owner, services: Served) -> PreviewReply:
    """Whom a restock would tell, wave by wave, with which mail, and who is left out and why.

    Decided as a restock decides, by the policy of the item and for the queue as it is now.
    Nothing is stored, claimed or sent.
    """
    found = await dry_run(services.store, caller.site, body.arrival())
    mail = await mail_to_first(services, caller.site, found)
    return PreviewReply.of(found, body.quantity, mail)


async def mail_to_first(services: Services, site: str, found: DryRun) -> PreviewedMail:
    """The mail to the first shopper who would be told, or why there is none to show."""
    first = found.first_told
    if first is None:
        return PreviewedMail(trouble="Nobody would be told.")
    try:
        return await services.engine.preview_mail(site, first.id)
    except EngineUnavailableError as error:
        log.warning("mail_not_previewed", extra={"site": site})
        return PreviewedMail(trouble=error.text)


def _wave(found: DryRun, wave: PlannedWave, stock: int) -> WaveBody:
    return WaveBody(
        number=wave.number,
        at=wave.at.astimezone(UTC),
        stock=stock,
        count=len(wave.told),
        shoppers=_shoppers(found, wave.told),
    )


def _shoppers(found: DryRun, told: Sequence[Candidate]) -> list[ShopperBody]:
    return [
        ShopperBody(
            request_id=each.id,
            email=found.addresses[each.id],
            quantity=each.quantity,
            place=found.places[each.id],
        )
        for each in told
        if each.id in found.addresses
    ]
