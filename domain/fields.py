"""What the fields of a request may hold, by whichever door they come in."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.addresses import deliverable
from domain.images import LONGEST_URL, web_url
from domain.matching import LONGEST_EXTERNAL_ID, LONGEST_SKU
from domain.text import Storable


def _decimal_price(value: str) -> str:
    whole, _, fraction = value.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (
        "." in value and not (fraction.isascii() and fraction.isdigit())
    ):
        raise PydanticCustomError("DECIMAL_GTE", "must be a decimal number of at least 0")
    return value


LONGEST_ITEM_ID = 36
"""Of an item's id in its catalogue: as long as Wix takes it."""

AppId = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
CatalogItemId = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_ITEM_ID), Storable
]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SKU), Storable]
ExternalId = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_EXTERNAL_ID), Storable
]
Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254),
    Storable,
    AfterValidator(deliverable),
    Field(json_schema_extra={"format": "email"}),
]
WebUrl = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL),
    Storable,
    AfterValidator(web_url),
    Field(json_schema_extra={"format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"}),
]
ImageText = Annotated[str, StringConstraints(max_length=LONGEST_URL), Storable]
Price = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    AfterValidator(_decimal_price),
    Field(json_schema_extra={"pattern": r"^[0-9]+(\.[0-9]+)?$"}),
]
