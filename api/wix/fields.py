"""What the JSON fields of Wix's dialect may hold."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.contracts import LONGEST_PARAMETER, LONGEST_PARAMETER_NAME, MOST_PARAMETERS
from domain.images import LONGEST_URL, web_url
from domain.text import Storable


def _decimal_price(value: str) -> str:
    whole, _, fraction = value.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (
        "." in value and not (fraction.isascii() and fraction.isdigit())
    ):
        raise PydanticCustomError("DECIMAL_GTE", "must be a decimal number of at least 0")
    return value


AppId = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
WebUrl = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL),
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
ParameterName = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_PARAMETER_NAME), Storable
]
ParameterValue = Annotated[str, StringConstraints(max_length=LONGEST_PARAMETER), Storable]
Parameters = Annotated[dict[ParameterName, ParameterValue], Field(max_length=MOST_PARAMETERS)]
