"""Which mail a page is about: its kind and its language."""

from dataclasses import dataclass
from typing import Annotated

from babel import Locale, UnknownLocaleError
from fastapi import Depends, Path

from api.console import PREFIX
from domain.errors import ApplicationError
from domain.locales import LONGEST_LOCALE, a_locale, locale_key
from domain.mail_templates import DEFAULT, MailKind

HERE = f"{PREFIX}/mails"
_DEFAULT_SLUG = "default"
_OTHERS = "All other languages"


class NoSuchMailError(ApplicationError):
    """An address of the console that names no mail."""

    http_status = 404
    code = "NO_SUCH_MAIL"
    description = "There is no such mail."


@dataclass(frozen=True)
class Place:
    """A kind of mail in one language, or for those of whose language there is none."""

    kind: MailKind
    locale: str

    @property
    def path(self) -> str:
        return f"{HERE}/{self.kind}/{self.locale or _DEFAULT_SLUG}"

    @property
    def name(self) -> str:
        """`Swedish (Sweden)`; of a language that CLDR does not know, its key."""
        if self.locale == DEFAULT:
            return _OTHERS
        try:
            return Locale.parse(self.locale, sep="-").get_display_name("en") or self.locale
        except (ValueError, UnknownLocaleError):
            return self.locale


def _place(kind: MailKind, locale: Annotated[str, Path(max_length=LONGEST_LOCALE)]) -> Place:
    if locale == _DEFAULT_SLUG:
        return Place(kind, DEFAULT)
    try:
        return Place(kind, locale_key(a_locale(locale)))
    except ValueError:
        raise NoSuchMailError() from None


Named = Annotated[Place, Depends(_place)]
"""The mail that the path names."""
