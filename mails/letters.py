"""Writes what a mail says, from the templates of its kind and its shopper's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from os.path import isfile
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, pass_context
from jinja2.runtime import Context

from domain.locales import fallback_chain, locale_key
from mails.formats import DEFAULT_LOCALE, date, language_tag, price
from mails.template_limits import LimitedEnvironment

_SHIPPED = Path(__file__).with_name("templates")
_PARTS = ("subject.txt", "body.txt", "body.html")


class MailTemplateError(Exception):
    """A template that cannot be rendered; says which, the line, and why."""


@dataclass(frozen=True)
class Letter:
    """What a rendered mail says: one line of subject, the text, the HTML."""

    subject: str
    text: str
    html: str


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
    and two filters that write as that locale does: `{{ amount | money(currency) }}` and
    `{{ moment | date }}`. The files outside the folders are English; an owner's that are not say
    so first: `{% set locale = "sv" %}`.

    Templates are sandboxed and may do only so much (`mails/template_limits.py`), and a name
    that is not given is an error, not an empty place in a shopper's mail.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = [folder, _SHIPPED] if folder else [_SHIPPED]
        self._environment = LimitedEnvironment(
            loader=FileSystemLoader(self._folders),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"money": _money, "date": _date}

    def render(self, kind: str, values: Mapping[str, Any], locale: str | None = None) -> Letter:
        """Write a mail for a shopper of this locale. Raises `MailTemplateError`."""
        translation = self._translation(kind, locale)
        names = translation or [f"{kind}/{part}" for part in _PARTS]
        spoken = locale if translation or _is_english(locale) else DEFAULT_LOCALE
        known = {**values, "locale": language_tag(spoken)}
        subject, text, html = (self._render(name, known) for name in names)
        return Letter(subject=" ".join(subject.split()), text=text, html=html)

    def _translation(self, kind: str, locale: str | None) -> list[str]:
        """The three files in the locale's language; none where one of them is missing."""
        places = self._places(kind, locale)
        closest = [self._first(f"{place}/{part}" for place in places) for part in _PARTS]
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

    def _render(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.rendered(name, values)
        except TemplateSyntaxError as error:
            # It may be in another file, which this one extends.
            where = f"{error.name or name}, line {error.lineno}"
            raise MailTemplateError(f"{where}: {error.message}") from error
        except Exception as error:
            # A template can raise anything: it calls filters with whatever it likes.
            reason = str(error) or type(error).__name__
            raise MailTemplateError(f"{name}: {reason}") from error


@pass_context
def _money(context: Context, amount: object, currency: object) -> str:
    return price(str(amount), str(currency), context["locale"])


@pass_context
def _date(context: Context, moment: datetime | str) -> str:
    # A report's parameter may have put a text in the place of a moment.
    return moment if isinstance(moment, str) else date(moment, context["locale"])


def _is_english(locale: str | None) -> bool:
    return DEFAULT_LOCALE in fallback_chain(locale)
