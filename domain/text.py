"""Bounded text: what may enter from outside, and how much of it."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def storable(value: str) -> str:
    """Refuse what Postgres and JSON cannot hold: NUL and lone surrogates."""
    if "\0" in value:
        raise ValueError("must not contain a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain a lone surrogate")
    return value


Storable = AfterValidator(storable)
Name = Annotated[str, StringConstraints(min_length=1, max_length=400), Storable]
