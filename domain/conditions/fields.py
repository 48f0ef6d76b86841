"""The fields a condition may name, and how their values are read."""

import re

from domain.query.errors import QueryError, Rule
from domain.query.fields import TEXT, Field, Kind, Value
from domain.query.shapes import read_number, read_text, read_whole_number

PRODUCT, CONTACT = "product", "contact"

# Neither control characters nor lone surrogates, which cannot be stored.
_ATTRIBUTE = re.compile("[^\0-\x1f\x7f-\x9f\ud800-\udfff]{1,100}")


def read_quantity(raw: object, path: str) -> Value:
    read_whole_number(raw, path)
    return read_number(raw, path)


def read_text_or_number(raw: object, path: str) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise QueryError(path, Rule.INVALID_VALUE, "must be text or a number")
    return read_text(raw, path) if isinstance(raw, str) else read_number(raw, path)


def read_scalar(raw: object, path: str) -> Value:
    if not isinstance(raw, str | int | float):
        raise QueryError(path, Rule.INVALID_VALUE, "must be text, a number, true or false")
    return raw if isinstance(raw, bool) else read_text_or_number(raw, path)


NUMBER = Kind(read_number)

_OWN = {
    "quantity": Field("quantity", Kind(read_quantity)),
    "locale": Field("locale", Kind(read_text, ordered=False, prefixed=True)),
    "sku": Field("sku", TEXT),
    "externalId": Field("externalId", TEXT),
    "ageDays": Field("ageDays", NUMBER),
    "daysSincePurchase": Field("daysSincePurchase", NUMBER),
    "product.price": Field("product.price", NUMBER),
}
_ATTRIBUTES = {
    PRODUCT: Kind(read_text_or_number, prefixed=True),
    CONTACT: Kind(read_scalar, prefixed=True),
}
_KNOWN = ", ".join((*_OWN, *(f"{holder}.<attribute>" for holder in _ATTRIBUTES)))


def find_condition_field(name: str, path: str) -> Field:
    """The field of a name, attributes included; a `QueryError` when there is none."""
    if name in _OWN:
        return _OWN[name]
    holder, dot, attribute = name.partition(".")
    if holder not in _ATTRIBUTES or not dot:
        raise QueryError(path, Rule.UNKNOWN_FIELD, f"is not one of {_KNOWN}")
    if not _ATTRIBUTE.fullmatch(attribute):
        expected = "must have 1 to 100 characters after the dot, no control characters"
        raise QueryError(path, Rule.UNKNOWN_FIELD, expected)
    return Field(name, _ATTRIBUTES[holder])
