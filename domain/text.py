"""Bounded text: what may enter from outside, and how much of it."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

LONGEST_NAME = 400

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Control characters, surrogates, and Unicode's own separators of lines and paragraphs.
_NOT_ON_A_LINE = ("Cc", "Cs", "Zl", "Zp")


def storable(value: str) -> str:
    """Refuse what Postgres and JSON cannot hold: NUL and lone surrogates."""
    if found := _UNSTORABLE.search(value):
        what = "a NUL character" if found[0] == "\0" else "a lone surrogate"
        raise ValueError(f"must not contain {what}")
    return value


def fitted(value: str, longest: int) -> str:
    """`value` without what `storable` refuses, cut to `longest` characters.

    For what nobody can be told of, such as a signal: a text that is wrong must not lose the rest.
    """
    return _UNSTORABLE.sub("", value)[:longest]


def cut_to(longest: int) -> BeforeValidator:
    """For fields that take any text, and keep as much of it as `fitted` does."""

    def cut(value: object) -> object:
        return fitted(value, longest) if isinstance(value, str) else value

    return BeforeValidator(cut)


def one_line(value: str, longest: int) -> str:
    """`value`, if it is one line of text. Raises `ValueError` saying what is wrong."""
    if not value.strip():
        raise ValueError("must not be empty")
    if len(value) > longest:
        raise ValueError(f"must not be longer than {longest} characters")
    if any(unicodedata.category(character) in _NOT_ON_A_LINE for character in value):
        raise ValueError("must be one line, without control characters")
    return value


Storable = AfterValidator(storable)
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME), Storable]
