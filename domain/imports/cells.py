"""The cells of a line of a waiting list, each by the rule that its field has everywhere."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from domain.catalog import CatalogReference, Item
from domain.fields import AppId, CatalogItemId, Email, ExternalId, ImageText, Price, Sku, WebUrl
from domain.images import usable_image_url
from domain.imports.columns import Column
from domain.json_values import bounded_json
from domain.locales import a_locale
from domain.matching import LARGEST_QUANTITY
from domain.text import Name, Storable


def _options(text: object) -> Any:
    try:
        options = json.loads(str(text))
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict):
        raise ValueError('must be a JSON object such as {"colour": "blue"}')
    return bounded_json(options)


def _quantity(text: object) -> int:
    number = str(text)
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number[:11]) <= LARGEST_QUANTITY:
        raise ValueError(f"must be a whole number from 1 to {LARGEST_QUANTITY:,}")
    return int(number)


class Cells(BaseModel):
    """What a line says; cells that are empty are left out."""

    email: Email = Field(alias=Column.EMAIL)
    item_id: CatalogItemId | None = Field(None, alias=Column.ITEM_ID)
    sku: Sku | None = Field(None, alias=Column.SKU)
    variant: Sku | None = Field(None, alias=Column.VARIANT)
    options: Annotated[dict[str, Any], BeforeValidator(_options)] = Field({}, alias=Column.OPTIONS)
    app_id: AppId | None = Field(None, alias=Column.APP_ID)
    locale: Annotated[str, Storable, AfterValidator(a_locale)] | None = Field(
        None, alias=Column.LOCALE
    )
    external_id: ExternalId | None = Field(None, alias=Column.EXTERNAL_ID)
    quantity: Annotated[int, BeforeValidator(_quantity)] = Field(1, alias=Column.QUANTITY)
    name: Name = Field("", alias=Column.NAME)
    price: Price = Field("", alias=Column.PRICE)
    image: Annotated[ImageText, AfterValidator(usable_image_url)] = Field("", alias=Column.IMAGE)
    url: WebUrl | None = Field(None, alias=Column.URL)
    asked_on: Annotated[str, Storable] | None = Field(None, alias=Column.ASKED_ON)

    def item(self) -> Item:
        return Item(name=self.name, price=self.price, image_url=self.image)

    def reference(self, app_id: str) -> CatalogReference:
        """A SKU beside an item's id tells its variants apart; alone it is the item."""
        if self.item_id is None:
            return CatalogReference(
                app_id=app_id,
                catalog_item_id=self.sku or self.variant or "",
                options=self.options or None,
            )
        variant = {"variantId": self.variant} if self.variant else {}
        variant = variant or ({"sku": self.sku} if self.sku else {})
        return CatalogReference(
            app_id=app_id,
            catalog_item_id=self.item_id,
            options=self.options | variant or None,
        )
