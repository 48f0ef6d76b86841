"""Free JSON from outside: how much of it is taken, and what Postgres can hold."""

import json
import math
from typing import Any

from domain.text import storable

_DEEPEST = 8
_LARGEST = 4096


def bounded_json(value: Any) -> Any:
    """`value`, if it can be stored and is at most 8 levels deep and 4,096 characters long.

    Raises `ValueError` saying what is wrong.
    """
    _check(value, _DEEPEST)
    if len(json.dumps(value, ensure_ascii=False)) > _LARGEST:
        raise ValueError(f"must not be longer than {_LARGEST} characters as JSON")
    return value


def _check(value: Any, levels: int) -> None:
    if levels < 0:
        raise ValueError(f"must not be nested deeper than {_DEEPEST} levels")
    match value:
        case str():
            storable(value)
        case float() if not math.isfinite(value):
            raise ValueError("must not contain NaN or Infinity")
        case dict():
            for key, inner in value.items():
                storable(key)
                _check(inner, levels - 1)
        case list():
            for inner in value:
                _check(inner, levels - 1)
