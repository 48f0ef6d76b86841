"""Locales: when two are the same, and what stands in for one that is missing."""

import re
from typing import Annotated

from pydantic import StringConstraints

LOCALE_PATTERN = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,5}$"
"""A language and what narrows it, as in BCP 47: `sv`, `sv-SE`, `zh-Hant-TW`; `_` is taken too."""

LONGEST_LOCALE = 35

Locale = Annotated[str, StringConstraints(pattern=LOCALE_PATTERN, max_length=LONGEST_LOCALE)]


def a_locale(text: str) -> str:
    """`text`, if it has the shape of a locale. Raises `ValueError`."""
    if len(text) > LONGEST_LOCALE or not re.fullmatch(LOCALE_PATTERN, text):
        raise ValueError(f"{text[:50]!r} is no locale such as sv-SE")
    return text


def locale_key(locale: str) -> str:
    """What makes two spellings the same locale: `sv_SE` and `SV-se` are both `sv-se`."""
    return locale.replace("_", "-").lower()


def fallback_chain(locale: str | None) -> tuple[str, ...]:
    """The keys to look under, the closest first: `sv-SE` is (`sv-se`, `sv`); none is empty.

    Norwegian that does not say which (`no-NO`) is Bokmål in the end.
    """
    parts = locale_key(locale).split("-") if locale else []
    chain = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return tuple(chain + (["nb"] if chain[-1:] == ["no"] else []))
