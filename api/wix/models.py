"""The JSON of Wix's back in stock notification requests."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.concealment import now_in_milliseconds
from api.consent import ConsentBody
from api.fields import Email, Model, OrAbsent
from api.wix.fields import AppId, Parameters, Price, WebUrl
from domain.catalog import CatalogReference, Item, Wanted
from domain.contracts import ReportedSignal
from domain.errors import (
    BothReferenceAndIdsError,
    InvalidCatalogReferenceOptionsError,
    InvalidItemImageUrlError,
)
from domain.fields import CatalogItemId, ExternalId, ImageText
from domain.images import usable_image_url
from domain.json_values import bounded_json
from domain.locales import Locale
from domain.status import Status
from domain.text import Name
from store.records import RequestRecord

_MOST_IDS = 1000
_MOST_UNITS = 1_000_000


def _image_url(image: "ImageBody | None") -> str:
    if image is None or not (image.url or image.id):
        return ""
    try:
        return usable_image_url(image.url or f"wix:image://v1/{image.id}")
    except ValueError as error:
        raise InvalidItemImageUrlError(f"itemDetails.image: {error}") from None


def _checked_options(options: dict[str, Any] | None) -> dict[str, Any] | None:
    try:
        return None if options is None else bounded_json(options)
    except ValueError as error:
        raise InvalidCatalogReferenceOptionsError(f"catalogReference.options: {error}") from None


def _image_address(value: Any) -> Any:
    """Accept the address alone; the SDK makes an object of it."""
    return {"url": value} if isinstance(value, str) else value


class ReferenceBody(Model):
    """An item of a catalogue."""

    catalog_item_id: CatalogItemId = Field(description="The item's id in its catalogue.")
    app_id: AppId = Field(description="The app that owns the catalogue.")
    options: OrAbsent[dict[str, Any]] = Field(
        default=None,
        description="The chosen variant, as the catalogue describes it: at most 8 levels deep and "
        "4,096 characters long as JSON.",
    )

    def reference(self) -> CatalogReference:
        """Raises `InvalidCatalogReferenceOptionsError`."""
        return CatalogReference(
            app_id=self.app_id,
            catalog_item_id=self.catalog_item_id,
            options=_checked_options(self.options),
        )


class ImageBody(Model):
    """An image; only its address is used."""

    id: ImageText = ""
    url: ImageText = ""


class ItemDetailsBody(Model):
    """What the mail says of the item."""

    name: Name
    price: Price = Field(description="A decimal number of at least 0, without a currency.")
    image: Annotated[ImageBody | None, BeforeValidator(_image_address)] = None

    def item(self) -> Item:
        """Raises `InvalidItemImageUrlError`."""
        return Item(name=self.name, price=self.price, image_url=_image_url(self.image))


class NewRequestBody(Model):
    """A request to be made."""

    catalog_reference: ReferenceBody
    email: Email
    item_url: WebUrl | None = Field(
        default=None, description="Where the shopper finds the item; http or https."
    )
    locale: Locale | None = Field(
        default=None, description="The shopper's language, which the mail is written in: `de-AT`."
    )
    quantity: int = Field(
        default=1, ge=1, le=_MOST_UNITS, description="How many units the shopper wants."
    )
    external_id: ExternalId | None = Field(
        default=None, description="Needed only if stock levels carry it."
    )


class CreateBody(Model):
    """The body of a create."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request": {
                        "catalogReference": {
                            "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
                            "catalogItemId": "blue-orchid",
                            "options": {"variantId": "d0c3f1c9"},
                        },
                        "email": "shopper@example.com",
                        "itemUrl": "https://shop.example.com/blue-orchid",
                    },
                    "itemDetails": {
                        "name": "Blue Orchid",
                        "price": "75.00",
                        "image": {"url": "https://shop.example.com/blue-orchid.jpg"},
                    },
                }
            ]
        }
    )

    request: NewRequestBody
    item_details: ItemDetailsBody
    consent: OrAbsent[ConsentBody] = Field(
        default=None, description="What the shopper agreed to; kept, and part of their export."
    )

    def wanted(self) -> Wanted:
        return Wanted(
            reference=self.request.catalog_reference.reference(),
            email=self.request.email,
            item=self.item_details.item(),
            item_url=self.request.item_url,
            locale=self.request.locale,
            external_id=self.request.external_id,
            quantity=self.request.quantity,
        )


class ReportBody(Model):
    """The body of a report: one item, or the ids of requests."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "catalogReference": {
                        "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
                        "catalogItemId": "blue-orchid",
                        "options": {"variantId": "d0c3f1c9"},
                    },
                    "itemDetails": {"name": "Blue Orchid", "price": "75.00"},
                    "extraAutomationTemplateParameters": {"discountCode": "WELCOME-BACK"},
                }
            ]
        }
    )

    item_details: ItemDetailsBody
    catalog_reference: ReferenceBody | None = None
    request_ids: Annotated[list[UUID], Field(min_length=1, max_length=_MOST_IDS)] | None = None
    extra_automation_template_parameters: Parameters = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_of_the_two(self) -> Self:
        if self.catalog_reference and self.request_ids:
            raise BothReferenceAndIdsError()
        if not (self.catalog_reference or self.request_ids):
            raise PydanticCustomError(
                "REQUIRED_ONE_OF_FIELD", "give catalogReference or requestIds"
            )
        return self

    def report(self) -> ReportedSignal:
        return ReportedSignal(
            item_details=self.item_details.item(),
            extra_automation_template_parameters=self.extra_automation_template_parameters,
        )


class RequestBody(Model):
    """A back in stock notification request."""

    id: UUID
    catalog_reference: ReferenceBody
    email: str
    contact_id: UUID
    status: Status
    auto_notified: OrAbsent[bool] = Field(
        default=None,
        description="Absent until the shopper was told; true when told by Restock, "
        "false when told by the owner.",
    )
    created_date: datetime
    item_url: OrAbsent[str] = None

    @classmethod
    def of(cls, record: RequestRecord) -> Self:
        return cls(
            id=record.id,
            catalog_reference=ReferenceBody.model_construct(
                app_id=record.app_id,
                catalog_item_id=record.catalog_item_id,
                options=record.options,
            ),
            email=record.email,
            contact_id=record.contact_id,
            status=record.status,
            auto_notified=record.auto_notified,
            created_date=record.created_date,
            item_url=record.item_url,
        )

    @classmethod
    def concealed(cls, wanted: Wanted) -> Self:
        """What was asked for, as if it were new, with ids that mean nothing."""
        return cls(
            id=uuid4(),
            catalog_reference=ReferenceBody.model_construct(**dict(wanted.reference)),
            email=wanted.email,
            contact_id=uuid4(),
            status=Status.RECEIVED,
            created_date=now_in_milliseconds(),
            item_url=wanted.item_url,
        )


class RequestReply(Model):
    """One request."""

    request: RequestBody

    @classmethod
    def of(cls, record: RequestRecord) -> Self:
        return cls(request=RequestBody.of(record))

    @classmethod
    def concealed(cls, wanted: Wanted) -> Self:
        return cls(request=RequestBody.concealed(wanted))


class EmptyReply(Model):
    """Nothing to say."""
