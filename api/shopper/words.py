"""The words of the pages for shoppers, in their languages: a JSON file for each."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.locales import fallback_chain, locale_key

_FOLDER = Path(__file__).with_name("words")
_DEFAULT = "en"
_RIGHT_TO_LEFT = {"he"}


@dataclass(frozen=True)
class Words:
    """What a page says in one language, by key."""

    locale: str
    sentences: dict[str, str]

    @property
    def direction(self) -> str:
        return "rtl" if self.locale in _RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, **values: str) -> str:
        """A sentence with its `{places}` filled. Raises `KeyError` for one that is not there."""
        return self.sentences[key].format(**values)


@cache
def languages() -> dict[str, Words]:
    """All languages that there are words in."""
    read = {path.stem: json.loads(path.read_text("utf-8")) for path in _FOLDER.glob("*.json")}
    return {locale: Words(locale, sentences) for locale, sentences in read.items()}


def words_for(*locales: str | None) -> Words:
    """The words of the first of some locales that has any, at last English."""
    steps = (step for locale in locales for step in fallback_chain(locale))
    return languages()[next((step for step in steps if step in languages()), _DEFAULT)]


def words_for_browser(accept_language: str) -> Words:
    """As `words_for`, by what a browser asks for, whatever weight it gives each."""
    asked = [locale_key(each.partition(";")[0].strip()) for each in accept_language.split(",")]
    return words_for(*asked)
