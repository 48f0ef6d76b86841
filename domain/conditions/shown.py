"""Values as a sentence shows them: one line, printable, and not too long."""

import math
from collections.abc import Sequence
from decimal import Decimal

_LONGEST_VALUE = 60
_MOST_LISTED = 5
_DAY_DIGITS = 6


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def shown(value: object, quoted: bool = False) -> str:
    """A value of JSON. Text is quoted where asked and where its ends could not be seen."""
    if isinstance(value, str):
        text = cut(one_line(value), _LONGEST_VALUE)
        return f'"{text}"' if quoted or not text or text != text.strip() else text
    return cut(_other(value), _LONGEST_VALUE)


def listed(values: Sequence[str]) -> str:
    more = len(values) - _MOST_LISTED
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(values[:_MOST_LISTED]) + rest


def with_unit(days: object) -> str:
    return f"{shown(days)} {'day' if days == 1 else 'days'}"


def elapsed(days: float, beside: Sequence[float]) -> str:
    """Days gone by, cut to so few digits that they still compare the same with those beside."""
    for digits in range(_DAY_DIGITS):
        rounded = math.floor(days * 10**digits) / 10**digits
        if all(_order(rounded, other) == _order(days, other) for other in beside):
            return with_unit(rounded) if rounded else "under a day"
    return with_unit(days)


def _order(days: float, other: float) -> int:
    return (days > other) - (days < other)


def _other(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return _number(value)
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def _number(value: int | float) -> str:
    """Plain digits; through Decimal, because a text of very many is refused for an int."""
    text = format(Decimal(value if isinstance(value, int) else repr(value)), "f")
    return text.removesuffix(".0")
