"""What was wrong with the fields of a form, to be shown beside them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import ValidationError

from api.violations import violation_of
from domain.errors import FieldViolation, InvalidRequestError

Result = TypeVar("Result")


class Wrong(dict[str, str]):
    """What is wrong with each field, by its name in the form; an empty text for the others."""

    def __missing__(self, field: str) -> str:
        return ""


def by_field(violations: Iterable[FieldViolation]) -> Wrong:
    """What is wrong with each field, and with which part of it; the first thing of several."""
    wrong = Wrong()
    for each in violations:
        field, _, part = each.field.partition(".")
        wrong.setdefault(field, f"{part}: {each.description}" if part else each.description)
    return wrong


def wrong_in(error: ValidationError | InvalidRequestError) -> Wrong:
    """What is wrong with each field, of what pydantic or the API refuses."""
    if isinstance(error, InvalidRequestError):
        return by_field(error.violations)
    return by_field(violation_of(problem) for problem in error.errors())


def checked(wrong: Wrong, field: str, check: Callable[[str], Result], text: str) -> Result | None:
    """What `check` makes of a text, or nothing and a line in `wrong`; no text is nothing."""
    if not text:
        return None
    try:
        return check(text)
    except ValueError as error:
        wrong[field] = str(error)
        return None
