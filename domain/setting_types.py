"""How single settings are written: durations, lists, addresses."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, TypeAdapter
from pydantic_settings import NoDecode

from domain.addresses import own_address, sender

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: Any) -> Any:
    """Read `90s`, `30m`, `48h` or `2d`; leave everything else to pydantic."""
    match = re.fullmatch(r"(\d+)\s*([smhd])", value) if isinstance(value, str) else None
    if match is None:
        return value
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError("is too long") from None


def _comma_separated(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


Address = Annotated[str, AfterValidator(own_address)]
Sender = Annotated[str, AfterValidator(sender)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]

_durations: TypeAdapter[timedelta] = TypeAdapter(Duration)


def duration(text: str) -> timedelta:
    """A duration as settings have it: `90s`, `30m`, `48h`, `2d`. Raises `ValueError`."""
    return _durations.validate_python(text)
