"""Which item a request is about, and when two references mean the same item."""

import hashlib
import json
import unicodedata
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.images import shown_image, shown_url
from domain.locales import locale_key
from domain.text import LONGEST_NAME, fitted

WIX_STORES_APP_IDS = (
    "215238eb-22a5-4c36-9e7b-e7c08025e04e",
    "1380b703-ce81-ff05-f115-39571d94dfcd",
)
"""The two app ids that clients of Wix Stores send."""

VOYADO_APP_ID = "voyado"
"""The app of the items that Voyado's dialect names by their SKU."""

_LONGEST_PRICE = 40
_LONGEST_CURRENCY = 10


class CatalogReference(BaseModel):
    """An item of a catalogue: the app it belongs to, its id there, and the chosen options."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    app_id: str
    catalog_item_id: str
    options: dict[str, Any] | None = None

    @property
    def item_key(self) -> str:
        """32 hexadecimal digits, the same for every reference that is deeply equal.

        Key order, the spelling of numbers (`1`, `1.0`, `1e0`) and the Unicode form do not matter;
        empty options are no options.
        """
        canonical = [self.app_id, self.catalog_item_id, self.options or None]
        text = json.dumps(_canonical(canonical), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def skus(self) -> tuple[str, ...]:
        """What an inventory or a product feed may call the item, the closest first.

        The options' `variantId` and `sku`, and the item's id.
        """
        options = self.options or {}
        of_options = (options.get(name) for name in ("variantId", "sku"))
        named = [str(value) for value in of_options if isinstance(value, str | int)]
        return tuple(dict.fromkeys([*named, self.catalog_item_id]))


class Item(BaseModel):
    """What a mail says of an item. Empty text means: not known here.

    Prices are decimal numbers as text: `75.00`; `currency` is an ISO 4217 code such as `SEK`.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, coerce_numbers_to_str=True
    )

    name: str = ""
    price: str = ""
    currency: str = ""
    image_url: str = ""
    url: str = ""

    def or_else(self, other: "Item") -> "Item":
        """This item, with what it does not know taken from `other`.

        A price comes with its own currency, or with none.
        """
        priced = self if self.price else other
        return Item(
            name=self.name or other.name,
            price=priced.price,
            currency=priced.currency,
            image_url=self.image_url or other.image_url,
            url=self.url or other.url,
        )

    def presentable(self) -> "Item":
        """This item as a mail can show it: a name is cut, and what is no price or address is gone.

        For an item that nobody has looked at: a price or an address that is cut would be another.
        """
        return Item(
            name=fitted(self.name, LONGEST_NAME),
            price=_whole(self.price, _LONGEST_PRICE),
            currency=_whole(self.currency, _LONGEST_CURRENCY),
            image_url=shown_image(self.image_url),
            url=shown_url(self.url),
        )


class Wanted(BaseModel):
    """What a shopper asks for."""

    model_config = ConfigDict(frozen=True)

    reference: CatalogReference
    email: str
    item: Item
    item_url: str | None = None
    locale: str | None = None
    external_id: str | None = None
    quantity: int = Field(default=1, ge=1)

    @property
    def title(self) -> str:
        """What to call the item: its name, or its id where that is not known."""
        return self.item.name or self.reference.catalog_item_id

    @property
    def audience_key(self) -> str:
        """What tells a shopper's open requests for one item apart, besides the item.

        In Voyado's dialect one contact may wait for a SKU in several locales and under several
        external ids; elsewhere there is one open request per shopper and item.
        """
        if self.reference.app_id != VOYADO_APP_ID:
            return ""
        return f"{locale_key(self.locale or '')}|{self.external_id or ''}"


def _whole(text: str, longest: int) -> str:
    """`text`, or nothing where it does not fit."""
    return text if fitted(text, longest) == text else ""


def _canonical(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case bool() | None:
            return value
        case int() | float():
            return {"number": _canonical_number(value)}
        case dict():
            return {"object": [[_canonical(k), _canonical(value[k])] for k in _sorted_keys(value)]}
        case _:
            return [_canonical(element) for element in value]


def _sorted_keys(value: dict[str, Any]) -> list[str]:
    return sorted(value, key=lambda key: (unicodedata.normalize("NFC", key), key))


# Python reads integers of at most 4,300 digits from JSON, so nothing is rounded.
_EXACT = Context(prec=5000, Emax=MAX_EMAX, Emin=MIN_EMIN)


def _canonical_number(value: int | float) -> str:
    number = _EXACT.normalize(Decimal(str(value)))
    return str(abs(number) if number.is_zero() else number)
