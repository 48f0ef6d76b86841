"""Which mail a page is about, and for whom."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path as FolderPath
from typing import Annotated

from babel import Locale, UnknownLocaleError
from fastapi import Depends, Path, Request
from fastapi.responses import RedirectResponse

from api.console import PREFIX
from api.console.audit import audit
from api.console.pages import done
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.errors import ApplicationError
from domain.locales import LONGEST_LOCALE, a_locale, locale_key
from domain.mail_templates import DEFAULT, MailKind
from mails.letters import Templates
from store.mail_templates import MailTemplates

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


@dataclass(frozen=True)
class Desk:
    """Who writes which mail, and all that it takes."""

    request: Request
    visitor: Visitor
    services: Services
    place: Place

    @property
    def mails(self) -> MailTemplates:
        return self.services.store.mail_templates

    @property
    def named(self) -> tuple[str, MailKind, str]:
        """The mail, as the store names it."""
        return self.visitor.site, self.place.kind, self.place.locale

    @property
    def templates(self) -> Templates:
        return templates(self.services.settings.template_dir)

    def done(self, sentence: str) -> RedirectResponse:
        """Back to the editor of the mail, which says what was done."""
        return done(self.request, self.place.path, sentence)

    async def audit(self, what: str) -> None:
        await audit(self.services, self.visitor, what)


async def _desk(
    request: Request,
    visitor: Signed,
    services: Served,
    place: Annotated[Place, Depends(_place)],
) -> Desk:
    return Desk(request, visitor, services, place)


AtDesk = Annotated[Desk, Depends(_desk)]
"""Whoever is signed in, at the mail that the path names."""


@cache
def templates(folder: FolderPath | None) -> Templates:
    """The templates of this process."""
    return Templates(folder)
