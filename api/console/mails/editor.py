"""The editor of one mail: written, looked at, saved, thrown away."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.console.mails.editing import (
    MADE_UP,
    MailForm,
    beginning,
    content_of,
    examples,
    keep,
    keep_what_is_new,
    looked_at,
)
from api.console.mails.places import AtDesk, Desk
from api.console.pages import page
from domain.mail_templates import MOST_LOCALES, Part
from mails.checks import Checked
from mails.examples import ExampleValue, example_values
from store.records import MailContent, MailExample, SavedMail

router = APIRouter(prefix="/mails/{kind}/{locale}")

Written = Annotated[MailForm, Form()]
_WRONG = "This was not saved: something is wrong with it."
_TOO_MANY = f"There are mails in {MOST_LOCALES} languages already: reset one of them first."
_CHANGED_MEANWHILE = "This was not saved: somebody saved another version while you wrote."


@router.get("")
async def edit(desk: AtDesk) -> HTMLResponse:
    known = await beginning(desk)
    about = known.draft.request_id if known.draft else None
    form = MailForm(**known.parts.model_dump(), based_on=known.based_on, about=about or "")
    return await editor_page(desk, form)


@router.post("/preview")
async def preview(desk: AtDesk, form: Written) -> Response:
    """What is being written is kept, and shown: as JSON to a script, else as the page again."""
    is_new = await keep_what_is_new(desk, form)
    if not wants_json(desk.request):
        return await editor_page(desk, form)
    content = await content_of(desk, form.request_id)
    looks = await looked_at(desk, form.parts, content)
    values = {each.variable.name: each.says for each in _values(desk, content)}
    return JSONResponse({"kept": is_new, "values": values} | _as_json(looks))


@router.post("/save")
async def save(desk: AtDesk, form: Written) -> Response:
    """Save it as the next version, unless something is wrong or somebody was faster."""
    await keep(desk, form)
    content = await content_of(desk, form.request_id)
    if (await looked_at(desk, form.parts, content)).problems:
        return await editor_page(desk, form, _WRONG, status_code=422)
    if await _too_many(desk):
        return await editor_page(desk, form, _TOO_MANY, status_code=422)
    saved = await _saved(desk, form)
    if saved is None:
        return await editor_page(desk, form, _CHANGED_MEANWHILE, status_code=409)
    await desk.audit(f"Changed the mail for {desk.place.name} (version {saved.version}).")
    return desk.done(f"Version {saved.version} is saved, and sent from now on.")


@router.post("/discard")
async def discard(desk: AtDesk) -> RedirectResponse:
    await desk.mails.drop_draft(*desk.named, desk.visitor.who)
    return desk.done("Your draft is thrown away.")


def wants_json(request: Request) -> bool:
    return request.headers.get("accept") == "application/json"


async def editor_page(
    desk: Desk, form: MailForm, trouble: str = "", status_code: int = 200, **more: Any
) -> HTMLResponse:
    """The editor with what was typed; `trouble`: why nothing was saved."""
    found = await examples(desk)
    form = form if form.about else form.model_copy(update={"about": _first(found)})
    content = await content_of(desk, form.request_id)
    return page(
        desk.request,
        desk.visitor,
        "mails/editor.html",
        status_code=status_code,
        shows_mail=True,
        place=desk.place,
        form=form,
        known=await beginning(desk),
        looks=await looked_at(desk, form.parts, content),
        examples=found,
        made_up=MADE_UP,
        variables=_values(desk, content),
        versions=await desk.mails.versions(*desk.named),
        trouble=trouble,
        test_to=form.test_to or await _owner_address(desk),
        **{"tested": None, "wrong_address": "", **more},
    )


async def _saved(desk: Desk, form: MailForm) -> SavedMail | None:
    based_on = form.based_on if form.over is None else form.over
    return await desk.mails.save(*desk.named, form.parts, based_on, desk.visitor.who)


async def _too_many(desk: Desk) -> bool:
    """Whether this would be a mail in one language too many."""
    last = await desk.mails.last_of_all(desk.visitor.site, desk.place.kind)
    current = {locale for locale, version in last.items() if version.is_current}
    return len(current | {desk.place.locale}) > MOST_LOCALES


async def _owner_address(desk: Desk) -> str:
    about = await desk.services.store.inbox.site_notice(desk.visitor.site)
    return (about and about.owner_email) or desk.services.settings.owner_email


def _values(desk: Desk, content: MailContent) -> list[ExampleValue]:
    return example_values(desk.templates, desk.place.kind, desk.place.locale, content)


def _first(found: list[MailExample]) -> UUID | str:
    return found[0].id if found else MADE_UP


def _as_json(looks: Checked) -> dict[str, Any]:
    return {
        "parts": {part: looks.rendered.get(part) for part in Part},
        "problems": [
            {"part": each.part, "line": each.line, "says": each.says} for each in looks.problems
        ],
    }
