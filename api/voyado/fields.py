"""What the JSON fields of Voyado's dialect may hold."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Path
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)

from domain.fields import ExternalId as ExternalId
from domain.fields import Sku as Sku
from domain.json_values import bounded_json

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,30})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
# What that pattern can match at most, with room to spare.
_LONGEST_MOMENT = 64


def _blank_as_none(value: object) -> object:
    return None if value == "" else value


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("must be a date and time as in RFC 3339: 2023-12-07T12:21:28+01:00")
    moment = datetime.fromisoformat(value.upper())
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a date that exists in UTC") from None


def _in_seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


Value = TypeVar("Value")
OrNone = Annotated[Value | None, BeforeValidator(_blank_as_none)]
"""A field that may be left out; `null` and an empty text are as good as nothing."""

ContactId = Annotated[UUID, Path(alias="contactId", description="The contact's id.")]
FreeJson = Annotated[Any, AfterValidator(bounded_json)]
FreeObject = Annotated[dict[str, Any], AfterValidator(bounded_json)]
_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time", "maxLength": _LONGEST_MOMENT})
Moment = Annotated[datetime, BeforeValidator(_moment), _DATE_TIME]
"""A point in time that a caller gives; of UTC where it has no offset."""
Shown = Annotated[datetime, PlainSerializer(_in_seconds), _DATE_TIME]
"""A point in time in a reply: in seconds, with its offset."""
