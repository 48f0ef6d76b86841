"""What the JSON of both dialects has in common."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from domain.addresses import deliverable
from domain.text import Storable


class Model(BaseModel):
    """Camel case on the wire; unknown fields are ignored, as Wix and Voyado do."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254),
    Storable,
    AfterValidator(deliverable),
    Field(json_schema_extra={"format": "email"}),
]


def _is_none(value: object) -> bool:
    return value is None


Value = TypeVar("Value")
OrAbsent = Annotated[Value | None, Field(exclude_if=_is_none)]
"""A field that a reply leaves out where it has no value, as Wix does."""
