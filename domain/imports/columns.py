"""Which column of a waiting list says what, by the names that other systems give them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.imports.errors import UnusableFileError


class Column(StrEnum):
    """What a column of a waiting list can say."""

    EMAIL = "email"
    ITEM_ID = "item id"
    SKU = "sku"
    VARIANT = "variant id"
    OPTIONS = "options"
    APP_ID = "app id"
    LOCALE = "locale"
    EXTERNAL_ID = "external id"
    QUANTITY = "quantity"
    NAME = "item name"
    PRICE = "price"
    IMAGE = "image"
    URL = "item url"
    ASKED_ON = "asked on"


# Klaviyo, the back-in-stock apps of Shopify, the waitlists of WooCommerce, PrestaShop's alerts,
# Wix and Voyado. Not `name`, which is mostly the shopper's, and not `variant`, which is a title.
_ALIASES: Mapping[Column, str] = {
    Column.EMAIL: "email, mail, email address, customer email, subscriber email, user email, "
    "contact email, shopper email, guest email, profile email",
    Column.ITEM_ID: "item id, catalog item id, product id, parent product id, shopify product id, "
    "external product id, id product",
    Column.SKU: "sku, item sku, product sku, variant sku, product code, item number, "
    "article number, product reference",
    Column.VARIANT: "variant id, variation id, product variant id, shopify variant id, "
    "external variant id, combination id, id product attribute",
    Column.OPTIONS: "options, catalog reference options",
    Column.APP_ID: "app id, catalog app id",
    Column.LOCALE: "locale, language, lang, customer locale, language code",
    Column.EXTERNAL_ID: "external id, external stock id",
    Column.QUANTITY: "quantity, qty, wanted quantity, quantity wanted, requested quantity",
    Column.NAME: "item name, item title, item, product name, product title, product, title",
    Column.PRICE: "price, item price, product price, variant price",
    Column.IMAGE: "image, image url, image link, item image, product image, product image url",
    Column.URL: "item url, url, link, product url, product link, product page, page url",
    Column.ASKED_ON: "asked on, created, created at, created on, created date, date, date add, "
    "date added, date created, added at, requested at, requested on, request date, subscribed at, "
    "subscribed on, signed up at, sign up date, joined at, timestamp, event timestamp",
}


def _key(name: str) -> str:
    """What makes two spellings of a column's name the same: its letters and digits."""
    return re.sub(r"[\W_]+", "", name).casefold()


_BY_KEY = {
    _key(alias): column for column, aliases in _ALIASES.items() for alias in aliases.split(",")
}


@dataclass(frozen=True)
class Columns:
    """The columns of one file: `names` as they stand in it, and which of them say what."""

    names: tuple[str, ...]
    places: Mapping[Column, int]

    @classmethod
    def of(cls, names: Sequence[str]) -> "Columns":
        """The columns of a file, by its first line. Of two that say the same, the first counts.

        Raises `UnusableFileError` where the address or the item is missing.
        """
        places: dict[Column, int] = {}
        for place, name in enumerate(names):
            if column := _BY_KEY.get(_key(name)):
                places.setdefault(column, place)
        if Column.EMAIL not in places:
            raise UnusableFileError(_missing("the shopper's address, such as email"))
        if not places.keys() & {Column.ITEM_ID, Column.SKU, Column.VARIANT}:
            raise UnusableFileError(_missing("the item, such as sku or product id"))
        return cls(tuple(names), places)

    def cells(self, row: Sequence[str]) -> dict[Column, str]:
        """What a row says, without what it leaves empty."""
        said = {
            column: row[place].strip() for column, place in self.places.items() if place < len(row)
        }
        return {column: text for column, text in said.items() if text}

    def name(self, column: Column) -> str:
        """What the file calls a column; our name for one that it does not have."""
        return self.names[self.places[column]] if column in self.places else column

    @property
    def unused(self) -> list[str]:
        """The columns that say nothing to Restock."""
        used = set(self.places.values())
        return [name for place, name in enumerate(self.names) if place not in used]


def known_names(column: Column) -> list[str]:
    """The names by which a column is known, the first of them our own."""
    return [alias.strip() for alias in _ALIASES[column].split(",")]


def _missing(what: str) -> str:
    return f"The first line must name the columns, and none of them names {what}."
