"""Writes what a mail says, from the templates of its kind and its shopper's language."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import Any

from jinja2 import Template

from domain.locales import fallback_chain, locale_key
from domain.mail_templates import DEFAULT, MailParts, Part
from mails.environment import MailEnvironment
from mails.formats import DEFAULT_LOCALE, language_tag
from mails.template_errors import MailTemplateError

SHIPPED = Path(__file__).with_name("templates")
_FILES = ("subject.txt", "body.txt", "body.html")
OWN_NAMES = {
    Part.SUBJECT: "own/subject.txt",
    Part.TEXT: "own/body.txt",
    Part.HTML: "own/body.html",
}
"""What the templates are called that an owner wrote in the console, by their part."""


@dataclass(frozen=True)
class Letter:
    """What a rendered mail says: one line of subject, the text, the HTML.

    Of the text and the HTML one may be empty: then the mail has none.
    """

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class OwnMail:
    """A mail that an owner wrote for a locale, or for `DEFAULT`, ready to be rendered."""

    locale: str
    templates: Mapping[Part, Template]


class Templates:
    """The templates of a kind of mail: `<kind>/subject.txt`, `body.txt`, `body.html`.

    A translation is the same three files in a folder named by its locale, `<kind>/sv/` or
    `<kind>/sv-SE/` (`sv_SE` and `sv-se` are the same). Each file is looked for in the shopper's
    locale, then in what it falls back to (`sv-SE`, `sv`); where all three are found that way, they
    make the mail. Where one is missing, the whole mail is the one outside those folders, so that
    a subject and a body are never in two languages.

    At each step the files in `folder` come before the ones Restock ships. The HTML of all shipped
    languages is `<kind>/page.html`: a translation's `body.html` extends it and fills its blocks
    with words, and an owner's may do so too, or be a page of its own.

    Besides the values, a template has `locale`, the BCP 47 text of the language it is written in,
    and filters: two write as that locale does, `{{ amount | money(currency) }}` and
    `{{ moment | date }}`, one says which way it is written, `{{ locale | direction }}`. The files
    outside the folders are English; an owner's that are not say so first:
    `{% set locale = "sv" %}`.

    Templates are sandboxed and may do only so much (`mails/template_limits.py`), and a name
    that is not given is an error, not an empty place in a shopper's mail.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = [folder, SHIPPED] if folder else [SHIPPED]
        self.environment = MailEnvironment(self._folders)

    def render(self, kind: str, values: Mapping[str, Any], locale: str | None = None) -> Letter:
        """Write a mail for a shopper of this locale. Raises `MailTemplateError`."""
        translation = self._translation(kind, locale)
        names = translation or _outside_of_folders(kind)
        known = _with_locale(values, bool(translation), locale)
        return _letter(*(self.environment.write(name, known) for name in names))

    def own(self, locale: str, parts: MailParts) -> OwnMail:
        """A mail that an owner wrote for `locale`. Raises `MailTemplateError`."""
        named = {part: (OWN_NAMES[part], parts.of(part)) for part in Part}
        return OwnMail(locale, {part: self.environment.compiled(*named[part]) for part in Part})

    def render_own(
        self, own: OwnMail, values: Mapping[str, Any], locale: str | None = None
    ) -> Letter:
        """Write an owner's mail for a shopper of this locale. Raises `MailTemplateError`."""
        known = _with_locale(values, bool(own.locale), locale)
        letter = _letter(*(self.environment.write(own.templates[part], known) for part in Part))
        if not letter.subject:
            raise MailTemplateError(OWN_NAMES[Part.SUBJECT], "says nothing")
        if not (letter.text or letter.html):
            raise MailTemplateError(OWN_NAMES[Part.TEXT], "says nothing")
        return letter

    def render_part(
        self, template: Template, values: Mapping[str, Any], is_translated: bool, locale: str | None
    ) -> str:
        """Write one part of a mail that is for one language, or for all that have none."""
        return self.environment.write(template, _with_locale(values, is_translated, locale))

    def own_locale(self, kind: str, locale: str | None, written: Collection[str]) -> str | None:
        """Which of the owner's mails a shopper of this locale gets; none: one of the files.

        The closest to the shopper's language, whoever wrote it, and of two that are equally close
        the owner's. So a shopper who is told in Swedish is not told in English from the day on
        which the owner changes a word of the English mail.
        """
        if not written:
            return None
        chain = [*fallback_chain(locale), DEFAULT]
        folders = [Path(name).parent.name for name in self._translation(kind, locale)]
        furthest = max(map(chain.index, map(locale_key, folders)), default=len(chain) - 1)
        return next((step for step in chain[: furthest + 1] if step in written), None)

    def files(self, kind: str, locale: str | None) -> list[str]:
        """The three files that make the mail for a shopper of this locale."""
        return self._translation(kind, locale) or _outside_of_folders(kind)

    def translations(self, kind: str) -> set[str]:
        """The keys of the locales for which there is a whole mail."""
        folders = [place for folder in self._folders for place in (folder / kind).glob("*/")]
        keys = {locale_key(place.name) for place in folders}
        return {key for key in keys if self._translation(kind, key)}

    def _translation(self, kind: str, locale: str | None) -> list[str]:
        """The three files in the locale's language; none where one of them is missing."""
        places = self._places(kind, locale)
        closest = [self._first(f"{place}/{file}" for place in places) for file in _FILES]
        return closest if all(closest) else []

    def _places(self, kind: str, locale: str | None) -> list[str]:
        """The folders of a kind for a locale, the closest first, the owner's first of each."""
        places = [place for folder in self._folders for place in sorted((folder / kind).glob("*/"))]
        names = [place.name for place in places]
        steps = fallback_chain(locale)
        return [f"{kind}/{name}" for step in steps for name in names if locale_key(name) == step]

    def _first(self, names: Iterable[str]) -> str:
        return next((name for name in names if self._exists(name)), "")

    def _exists(self, name: str) -> bool:
        return any(isfile(folder / name) for folder in self._folders)


def _outside_of_folders(kind: str) -> list[str]:
    return [f"{kind}/{file}" for file in _FILES]


def _letter(subject: str, text: str, html: str) -> Letter:
    text, html = (body if body.strip() else "" for body in (text, html))
    return Letter(" ".join(subject.split()), text, html)


def _with_locale(
    values: Mapping[str, Any], is_translated: bool, locale: str | None
) -> dict[str, Any]:
    spoken = locale if is_translated or _is_english(locale) else DEFAULT_LOCALE
    return {**values, "locale": language_tag(spoken)}


def _is_english(locale: str | None) -> bool:
    return DEFAULT_LOCALE in fallback_chain(locale)
