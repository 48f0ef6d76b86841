"""The six fields of the request listing, their columns, and how their values are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.query.errors import QueryError, Rule
from domain.query.fields import TEXT, Field, Kind
from domain.query.shapes import read_boolean, read_text
from domain.status import Status

ColumnValue = str | bool | datetime | UUID

STATUSES = ("UNSPECIFIED", *Status)
"""UNSPECIFIED is a status of the API that no row ever has."""

GUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_uuid(raw: object, path: str) -> UUID:
    text = read_text(raw, path)
    if not GUID_TEXT.fullmatch(text):
        raise QueryError(path, Rule.INVALID_VALUE, "must be a GUID")
    return UUID(text)


def read_status(raw: object, path: str) -> str:
    text = read_text(raw, path)
    if text not in STATUSES:
        raise QueryError(path, Rule.INVALID_VALUE, f"must be one of {', '.join(STATUSES)}")
    return text


def read_timestamp(raw: object, path: str) -> datetime:
    """RFC 3339 with a zone; digits beyond the microsecond are cut off."""
    text = read_text(raw, path)
    if _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise QueryError(path, Rule.INVALID_VALUE, "must be a date like 2026-01-31T09:30:00.000Z")


GUID = Kind(read_uuid, prefixed=True)
STATUS = Kind(read_status, ordered=False)
BOOLEAN = Kind(read_boolean, ordered=False)
TIMESTAMP = Kind(read_timestamp)


@dataclass(frozen=True, slots=True)
class Column(Field):
    """A field of the API and its column of `requests`."""

    column: str


COLUMNS = {
    column.name: column
    for column in (
        Column("id", GUID, "id"),
        Column("contactId", GUID, "contact_id"),
        Column("status", STATUS, "status"),
        Column("autoNotified", BOOLEAN, "auto_notified"),
        Column("createdDate", TIMESTAMP, "created_date"),
        Column("itemUrl", TEXT, "item_url"),
    )
}


OWNER_COLUMNS = COLUMNS | {
    column.name: column
    for column in (Column("address", TEXT, "address_key"), Column("itemKey", TEXT, "item_key"))
}
"""What the owner's console filters by besides; no field of the API."""


def find_column(name: str, path: str) -> Column:
    return _found(COLUMNS, name, path)


def find_owner_column(name: str, path: str) -> Column:
    return _found(OWNER_COLUMNS, name, path)


def _found(columns: Mapping[str, Column], name: str, path: str) -> Column:
    if name not in columns:
        raise QueryError(path, Rule.UNKNOWN_FIELD, f"is not one of {', '.join(columns)}")
    return columns[name]
