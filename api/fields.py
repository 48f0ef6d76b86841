"""What the JSON of both dialects has in common."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.fields import Email as Email


class Model(BaseModel):
    """Camel case on the wire; unknown fields are ignored, as Wix and Voyado do."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _is_none(value: object) -> bool:
    return value is None


Value = TypeVar("Value")
OrAbsent = Annotated[Value | None, Field(exclude_if=_is_none)]
"""A field that a reply leaves out where it has no value, as Wix does."""
