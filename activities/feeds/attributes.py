"""One item of a feed, as attributes by name, made a product."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from html.entities import html5
from itertools import islice

from domain.images import web_url
from domain.prices import Price, is_within, parse_price, price_now
from domain.products import Availability, Product

_LONGEST_ID = 100
_LONGEST_NAME = 400
_LONGEST_VALUE = 1000
_MOST_DATA = 100
# Texts are often escaped twice: in CDATA, or by both the shop and its feed plugin. Only whole
# references, because `?a=1&copy=2` is an address.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SCHEMA_ORG = re.compile(r"^https?://schema\.org/")
_SEPARATORS = re.compile(r"[\s_-]+")
# Google's words with its mapping of schema.org's. `available for order` it merged with `in stock`
# in 2014.
_AVAILABILITIES = {
    "instock": Availability.IN_STOCK,
    "limitedavailability": Availability.IN_STOCK,
    "onlineonly": Availability.IN_STOCK,
    "availablefororder": Availability.IN_STOCK,
    "outofstock": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "discontinued": Availability.OUT_OF_STOCK,
    "instoreonly": Availability.OUT_OF_STOCK,
    "preorder": Availability.PREORDER,
    "presale": Availability.PREORDER,
    "backorder": Availability.BACKORDER,
    "onbackorder": Availability.BACKORDER,  # WooCommerce
}


def attribute_name(text: str) -> str:
    """`image_link`, for any spelling of it: `g:image_link`, `Image Link`, `image-link`."""
    return _SEPARATORS.sub("_", text.strip().lower().removeprefix("g:"))


def clean(text: str) -> str:
    """`text` with its entity references read once more, and every run of spaces made one."""
    if "&" in text:
        text = _REFERENCE.sub(_meant, text)
    return " ".join(text.replace("\0", "").split())


def _meant(match: re.Match[str]) -> str:
    """Of `&notebook;`, html would make a sign for `not`."""
    reference = match[0]
    known = reference.startswith("&#") or reference[1:] in html5
    return unescape(reference) if known else reference


def availability_of(text: str) -> Availability | None:
    """What `In Stock`, `in_stock` or `https://schema.org/InStock` mean; None for other words."""
    return _AVAILABILITIES.get(_SEPARATORS.sub("", _SCHEMA_ORG.sub("", text.lower())))


@dataclass
class ItemReading:
    """A product, or None for an item that cannot be used, and what was wrong with the item."""

    sku: str
    product: Product | None = None
    problems: list[str] = field(default_factory=list)

    def complaint(self, number: int) -> str:
        """What is wrong with it as the `number`-th item of its feed."""
        sku = f" (sku {self.sku[:_LONGEST_ID]})" if self.sku else ""
        return f"item {number}{sku}: {'; '.join(self.problems)}"


def read_item(attributes: Mapping[str, str], now: datetime) -> ItemReading:
    """The product that `attributes` (clean texts by attribute name) describe at `now`."""
    reading = ItemReading(attributes.get("id", ""))
    if not reading.sku:
        reading.problems.append("has no id")
    elif len(reading.sku) > _LONGEST_ID:
        reading.problems.append(f"its id is longer than {_LONGEST_ID} characters")
    else:
        reading.product = _Item(attributes, now, reading.problems).product(reading.sku)
    return reading


@dataclass
class _Item:
    attributes: Mapping[str, str]
    now: datetime
    problems: list[str]

    def product(self, sku: str) -> Product:
        price = self._price_now() or Price("")
        return Product(
            sku=sku,
            group=self._group(),
            name=self._text("title")[:_LONGEST_NAME],
            price=price.amount,
            currency=price.currency,
            image_url=self._address("image_link"),
            url=self._address("link"),
            availability=self._availability(),
            data=self._data(),
        )

    def _text(self, name: str) -> str:
        return self.attributes.get(name, "")

    def _price_now(self) -> Price | None:
        sale = self._price("sale_price")
        return price_now(self._price("price"), sale, bool(sale) and self._is_sale_on())

    def _price(self, name: str) -> Price | None:
        text = self._text(name)
        try:
            return parse_price(text) if text else None
        except ValueError as error:
            self.problems.append(f"{name} {error}")
            return None

    def _is_sale_on(self) -> bool:
        interval = self._text("sale_price_effective_date")
        try:
            return not interval or is_within(interval, self.now)
        except ValueError as error:
            self.problems.append(f"sale_price_effective_date {error}")
            return False

    def _address(self, name: str) -> str:
        text = self._text(name).replace(" ", "%20")
        try:
            return web_url(text) if text else ""
        except ValueError as error:
            self.problems.append(f"{name} {error}")
            return ""

    def _group(self) -> str:
        group = self._text("item_group_id")
        if len(group) <= _LONGEST_ID:
            return group
        self.problems.append(f"item_group_id is longer than {_LONGEST_ID} characters")
        return ""

    def _availability(self) -> Availability:
        """The feed's word, or else out of stock: an unknown one must announce nothing."""
        text = self._text("availability")
        if found := availability_of(text):
            return found
        self.problems.append(f"availability {text[:40]!r} is not known" if text else _NOT_SAID)
        return Availability.OUT_OF_STOCK

    def _data(self) -> dict[str, str]:
        some = islice(self.attributes.items(), _MOST_DATA)
        return {name: text[:_LONGEST_VALUE] for name, text in some}


_NOT_SAID = "has no availability"
