"""The list of mails: in which languages there are some, and who wrote them."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.mails.places import Place, templates
from api.console.pages import page
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.locales import a_locale, locale_key
from domain.mail_templates import DEFAULT, MailKind
from store.records import SavedVersion

router = APIRouter(prefix="/mails")


@dataclass(frozen=True)
class Row:
    """A mail: its last version, if it ever had one of the owner's, and whether a draft waits."""

    place: Place
    last: SavedVersion | None
    has_draft: bool

    @property
    def is_own(self) -> bool:
        return self.last is not None and self.last.is_current


@router.get("")
async def list_mails(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    return await _list_page(request, visitor, services)


@router.get("/add")
async def add_language(
    request: Request, visitor: Signed, services: Served, locale: str = ""
) -> Response:
    """Go on to the mail for a language, which need not be there yet."""
    try:
        place = Place(MailKind.BACK_IN_STOCK, locale_key(a_locale(locale.strip())))
    except ValueError as error:
        return await _list_page(request, visitor, services, locale, str(error))
    return RedirectResponse(place.path, status_code=303)


async def _list_page(
    request: Request, visitor: Visitor, services: Services, typed: str = "", wrong: str = ""
) -> HTMLResponse:
    rows = await _rows(services, visitor.site, visitor.who, MailKind.BACK_IN_STOCK)
    return page(
        request,
        visitor,
        "mails/list.html",
        status_code=400 if wrong else 200,
        rows=rows,
        typed=typed,
        wrong=wrong,
    )


async def _rows(services: Services, site: str, who: str, kind: MailKind) -> list[Row]:
    """The mail of all other languages first, then the languages by their names."""
    mails = services.store.mail_templates
    last = await mails.last_of_all(site, kind)
    drafted = await mails.drafted(site, kind, who)
    shipped = templates(services.settings.template_dir).translations(kind)
    own = {locale for locale, version in last.items() if version.is_current}
    places = [Place(kind, locale) for locale in (shipped | own | drafted) - {DEFAULT}]
    places.sort(key=lambda place: place.name)
    return [
        Row(place, last.get(place.locale), place.locale in drafted)
        for place in [Place(kind, DEFAULT), *places]
    ]
