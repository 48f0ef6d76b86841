"""How large the values of a template are, and how large an operation may make them at most."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from jinja2.exceptions import SecurityError

LARGEST_VALUE = 200_000
MOST_MADE = 5_000_000
# An element of a list takes more room than its characters do.
_ELEMENT = 10
# A width or a precision that is long, or that an argument gives.
_WIDE = re.compile(r"%(\([^)]*\))?[^a-zA-Z%]*?(\*|[0-9]{5})")


class TemplateLimitError(SecurityError):
    """A template that does more than any mail needs; says what."""


class TooLargeError(TemplateLimitError):
    """A template that makes too large a value, or too many large ones."""

    def __init__(self) -> None:
        super().__init__(f"makes values of more than {LARGEST_VALUE:,} characters")


def size_of(value: Any) -> int:
    """About how many characters a value takes; of a large one, only that it is too large."""
    match value:
        case str() | bytes():
            return len(value)
        case int():
            return value.bit_length()
        case dict():
            return _size_of_all(chain(value, value.values()))
        case list() | tuple() | set() | frozenset():
            return _size_of_all(value)
    return 1


def refuse_growth(value: Any, others: Sequence[Any]) -> None:
    """Raise `TooLargeError` where a filter or a method may make too much of its arguments.

    That is at most its value for each of another argument's characters, or times.
    """
    times = max(map(_amount, others), default=0)
    if (1 + size_of(value)) * (1 + times) > MOST_MADE:
        raise TooLargeError()


def refuse_wide_format(template: Any) -> None:
    """Raise `TemplateLimitError` where `%` would write a value with a great width."""
    if isinstance(template, bytes) or (isinstance(template, str) and _WIDE.search(template)):
        raise TemplateLimitError("formats with a width of more than four digits")


def _refuse_large_sum(left: Any, right: Any) -> None:
    _refuse(size_of(left) + size_of(right))


def _refuse_large_product(left: Any, right: Any) -> None:
    if _is_number(left) and _is_number(right):
        _refuse_large_sum(left, right)
    else:
        _refuse(_amount(left) * _amount(right))


def _refuse_large_power(left: Any, right: Any) -> None:
    _refuse(size_of(left) * _amount(right))


def _refuse_large_format(left: Any, right: Any) -> None:
    if not _is_number(left):
        refuse_wide_format(left)
        refuse_growth(left, [right])


REFUSALS: dict[str, Callable[[Any, Any], None]] = {
    "+": _refuse_large_sum,
    "*": _refuse_large_product,
    "**": _refuse_large_power,
    "%": _refuse_large_format,
}
"""What looks at the two sides of an operator before it is applied; raises `TemplateLimitError`."""


def _refuse(size: int) -> None:
    if size > LARGEST_VALUE:
        raise TooLargeError()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _amount(value: Any) -> int:
    """How many times something else may come because of this."""
    return abs(value) if isinstance(value, int) else size_of(value)


def _size_of_all(values: Iterable[Any]) -> int:
    size = 0
    for value in values:
        size += _ELEMENT + size_of(value)
        if size > LARGEST_VALUE:
            break
    return size
