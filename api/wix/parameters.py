"""Requests that come in the address: `.r`, or parameters with dotted names."""

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

from domain.errors import FieldViolation, InvalidRequestError
from domain.text import fitted

# A count of 100 items with their options takes half of it.
_LONGEST_ENCODED = 48 * 1024
_DEEPEST = 12
_LONGEST_NAME = 200
_NUMBERS = ("limit", "offset")
_TRUTHS = {"true": True, "false": False}


def json_of_parameters(encoded: str | None, parameters: Iterable[tuple[str, str]]) -> Any:
    """The request as a JSON object. `.r` comes first; without any parameter it is empty.

    Raises `InvalidRequestError`.
    """
    if encoded is not None:
        return _decoded(encoded)
    given: dict[str, Any] = {}
    for name, value in parameters:
        _put(given, name, value)
    return given


def _decoded(encoded: str) -> dict[str, Any]:
    if len(encoded) > _LONGEST_ENCODED:
        raise _wrong(".r", f"must not be longer than {_LONGEST_ENCODED} characters", "MAX_LENGTH")
    try:
        padded = encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
        given = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _wrong(".r", "must be a JSON object in base64url") from None
    if not isinstance(given, dict):
        raise _wrong(".r", "must be a JSON object in base64url")
    return given


def _put(given: dict[str, Any], name: str, value: str) -> None:
    """Put `query.cursorPaging.limit=50` where it belongs; a name that comes again is a list."""
    *path, last = name.split(".")
    if len(path) > _DEEPEST:
        raise _wrong(name, "is nested too deep")
    place = given
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise _wrong(name, "is given both as a value and as an object")
    read = _read(name, last, value)
    if last not in place:
        place[last] = read
    elif isinstance(place[last], list):
        place[last].append(read)
    else:
        place[last] = [place[last], read]


def _read(name: str, last: str, value: str) -> Any:
    """A parameter's value: JSON where it looks like it, a number or a truth where one belongs."""
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise _wrong(name, "is not valid JSON") from None
    if last in _NUMBERS and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return _TRUTHS.get(value, value)


def _wrong(field: str, description: str, rule: str = "FORMAT") -> InvalidRequestError:
    shown = fitted(field, _LONGEST_NAME)
    return InvalidRequestError(FieldViolation(shown, description, rule))
