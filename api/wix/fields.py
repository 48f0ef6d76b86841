"""What the JSON fields of Wix's dialect may hold."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from domain.addresses import deliverable
from domain.images import web_url
from domain.text import Storable

_MOST_PARAMETERS = 50


class Model(BaseModel):
    """Camel case on the wire; unknown fields are ignored, as Wix does."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _decimal_price(value: str) -> str:
    whole, _, fraction = value.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (
        "." in value and not (fraction.isascii() and fraction.isdigit())
    ):
        raise PydanticCustomError("DECIMAL_GTE", "must be a decimal number of at least 0")
    return value


AppId = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254),
    Storable,
    AfterValidator(deliverable),
    Field(json_schema_extra={"format": "email"}),
]
WebUrl = Annotated[
    str,
    Storable,
    AfterValidator(web_url),
    Field(json_schema_extra={"format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"}),
]
Price = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    AfterValidator(_decimal_price),
    Field(json_schema_extra={"pattern": r"^[0-9]+(\.[0-9]+)?$"}),
]
ParameterName = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
ParameterValue = Annotated[str, StringConstraints(max_length=2000), Storable]
Parameters = Annotated[dict[ParameterName, ParameterValue], Field(max_length=_MOST_PARAMETERS)]


def _is_none(value: object) -> bool:
    return value is None


Value = TypeVar("Value")
OrAbsent = Annotated[Value | None, Field(exclude_if=_is_none)]
"""A field that a reply leaves out where it has no value, as Wix does."""
