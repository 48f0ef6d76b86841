"""What a product feed says of one item."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.catalog import Item


class Availability(StrEnum):
    """Google Merchant's words; only `in_stock` can be bought and had now."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    BACKORDER = "backorder"


class Product(BaseModel):
    """One item of a feed. Empty text means: the feed does not say.

    `sku` is its `g:id`, `group` its `g:item_group_id`. `price` is a decimal number as text, the
    price a buyer pays now; `currency` is its ISO 4217 code. `data` has every attribute of the
    feed by its name without `g:`, for conditions and templates.
    """

    model_config = ConfigDict(frozen=True)

    sku: str
    group: str = ""
    name: str = ""
    price: str = ""
    currency: str = ""
    image_url: str = ""
    url: str = ""
    availability: Availability = Availability.OUT_OF_STOCK
    data: dict[str, str] = {}

    @property
    def item(self) -> Item:
        """What a mail says of it."""
        return Item(
            name=self.name,
            price=self.price,
            currency=self.currency,
            image_url=self.image_url,
            url=self.url,
        )
