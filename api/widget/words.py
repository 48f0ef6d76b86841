"""What shoppers are told, in the languages of the widget."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.units import format_unit

from domain.locales import fallback_chain

ENGLISH = "en"
RIGHT_TO_LEFT = ("he",)
_MINUTE, _HOUR = 60, 3600


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """All of them, by language and by what they are for."""
    read: Mapping[str, Mapping[str, str]] = json.loads(
        (files(__package__) / "words.json").read_text(encoding="utf-8")
    )
    return read


def language_of(*locales: str) -> str:
    """The language of the first locale that has words here; else English."""
    keys = (key for locale in locales for key in fallback_chain(locale))
    return next((key for key in keys if key in words()), ENGLISH)


def wait_in_words(seconds: int, language: str) -> str:
    """`8 minutes`, as the element says it."""
    unit, size = (
        ("duration-hour", _HOUR)
        if seconds > 90 * _MINUTE
        else ("duration-minute", _MINUTE)
        if seconds > 90
        else ("duration-second", 1)
    )
    return str(format_unit(-(-seconds // size), unit, locale=language))
