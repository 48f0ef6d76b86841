"""The editor of one mail: written, looked at, saved, thrown away."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.console.audit import audit
from api.console.mails.editing import (
    MADE_UP,
    MailForm,
    beginning,
    content_of,
    drop,
    examples,
    keep,
    keep_what_is_new,
    looked_at,
    templates,
)
from api.console.mails.places import Named, Place
from api.console.pages import done, page
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.mail_templates import MOST_LOCALES, Part
from mails.checks import Checked
from mails.examples import ExampleValue, example_values
from store.records import MailContent, MailExample

router = APIRouter(prefix="/mails/{kind}/{locale}")

_CHANGED_MEANWHILE = 409
_WRONG = 422


@router.get("")
async def edit(request: Request, visitor: Signed, services: Served, place: Named) -> HTMLResponse:
    known = await beginning(services, visitor, place)
    about = known.draft.request_id if known.draft else None
    form = MailForm(**known.parts.model_dump(), based_on=known.based_on, about=about or "")
    return await editor_page(request, visitor, services, place, form)


@router.post("/preview")
async def preview(
    request: Request,
    visitor: Signed,
    services: Served,
    place: Named,
    form: Annotated[MailForm, Form()],
) -> Response:
    """What is being written is kept, and shown: as JSON to a script, else as the page again."""
    is_new = await keep_what_is_new(services, visitor, place, form)
    if not wants_json(request):
        return await editor_page(request, visitor, services, place, form)
    content = await content_of(services, visitor, place, form.request_id)
    looks = await looked_at(services, place, form.parts, [content])
    values = {each.variable.name: each.says for each in _values(services, place, content)}
    return JSONResponse({"kept": is_new, "values": values} | _as_json(looks))


@router.post("/save")
async def save(
    request: Request,
    visitor: Signed,
    services: Served,
    place: Named,
    form: Annotated[MailForm, Form()],
) -> Response:
    mails = services.store.mail_templates
    await keep(services, visitor, place, form)
    content = await content_of(services, visitor, place, form.request_id)
    if (await looked_at(services, place, form.parts, [content])).problems:
        trouble = "This was not saved: something is wrong with it."
        return await editor_page(request, visitor, services, place, form, trouble, _WRONG)
    if await _too_many(services, visitor, place):
        trouble = f"There are mails in {MOST_LOCALES} languages already: reset one of them first."
        return await editor_page(request, visitor, services, place, form, trouble, _WRONG)
    based_on = form.based_on if form.over is None else form.over
    saved = await mails.save(
        visitor.site, place.kind, place.locale, form.parts, based_on, visitor.who
    )
    if saved is None:
        trouble = "This was not saved: somebody saved another version while you wrote."
        return await editor_page(
            request, visitor, services, place, form, trouble, _CHANGED_MEANWHILE
        )
    await audit(services, visitor, f"Changed the mail for {place.name} (version {saved.version}).")
    return done(request, place.path, f"Version {saved.version} is saved, and sent from now on.")


@router.post("/discard")
async def discard(
    request: Request, visitor: Signed, services: Served, place: Named
) -> RedirectResponse:
    await drop(services, visitor, place)
    return done(request, place.path, "Your draft is thrown away.")


def wants_json(request: Request) -> bool:
    return request.headers.get("accept") == "application/json"


async def editor_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    place: Place,
    form: MailForm,
    trouble: str = "",
    status_code: int = 200,
    **more: Any,
) -> HTMLResponse:
    """The editor with what was typed; `trouble`: why nothing was saved."""
    known = await beginning(services, visitor, place)
    found = await examples(services, visitor, place)
    form = form if form.about else form.model_copy(update={"about": _first(found)})
    content = await content_of(services, visitor, place, form.request_id)
    owner = await services.store.inbox.site_notice(visitor.site)
    return page(
        request,
        visitor,
        "mails/editor.html",
        status_code=status_code,
        shows_mail=True,
        place=place,
        form=form,
        known=known,
        looks=await looked_at(services, place, form.parts, [content]),
        examples=found,
        made_up=MADE_UP,
        variables=_values(services, place, content),
        versions=await services.store.mail_templates.versions(
            visitor.site, place.kind, place.locale
        ),
        trouble=trouble,
        test_to=form.test_to or (owner and owner.owner_email) or services.settings.owner_email,
        **{"tested": None, "wrong_address": "", **more},
    )


def _values(services: Services, place: Place, content: MailContent) -> list[ExampleValue]:
    own = templates(services.settings.template_dir)
    return example_values(own, place.kind, place.locale, content)


def _first(found: list[MailExample]) -> UUID | str:
    return found[0].id if found else MADE_UP


async def _too_many(services: Services, visitor: Visitor, place: Place) -> bool:
    """Whether this would be a mail in one language too many."""
    last = await services.store.mail_templates.last_of_all(visitor.site, place.kind)
    current = {locale for locale, version in last.items() if version.is_current}
    return len(current | {place.locale}) > MOST_LOCALES


def _as_json(looks: Checked) -> dict[str, Any]:
    return {
        "parts": {part: looks.rendered.get(part) for part in Part},
        "problems": [
            {"part": each.part, "line": each.line, "says": each.says} for each in looks.problems
        ],
    }
