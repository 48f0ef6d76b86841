"""The versions of a mail: looked at, compared, restored; and back to Restock's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.mails.editing import (
    MADE_UP,
    MailForm,
    beginning,
    content_of,
    examples,
    keep,
    looked_at,
)
from api.console.mails.places import AtDesk, Desk, NoSuchMailError
from api.console.pages import page
from domain.mail_templates import MailParts, Part
from store.records import SavedMail

router = APIRouter(prefix="/mails/{kind}/{locale}")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
BasedOn = Annotated[int, Form(ge=0, le=2**31 - 2)]
_CHANGED = "Somebody saved another version meanwhile, so nothing was changed. Look at it first."
# Comparing takes the square of that.
_MOST_COMPARED = 1000
_NAMES = {Part.SUBJECT: "Subject", Part.TEXT: "Text", Part.HTML: "HTML"}


@dataclass(frozen=True)
class Line:
    """A line of a version beside what holds now: `same`, only in the version, or only now."""

    side: str
    text: str


@router.get("/versions/{number}")
async def show_version(desk: AtDesk, number: Number) -> HTMLResponse:
    version = await _version(desk, number)
    known, found = await beginning(desk), await examples(desk)
    content = await content_of(desk, found[0].id if found else None)
    now = known.without_draft
    return page(
        desk.request,
        desk.visitor,
        "mails/version.html",
        shows_mail=True,
        place=desk.place,
        version=version,
        known=known,
        looks=await looked_at(desk, version.parts, content),
        compared={_NAMES[part]: list(_compared(version, now, part)) for part in Part},
    )


@router.post("/versions/{number}/restore")
async def restore(desk: AtDesk, number: Number, based_on: BasedOn) -> RedirectResponse:
    """Make an old version the next one; where it is wrong by now, a draft of it."""
    version = await _version(desk, number)
    if (await looked_at(desk, version.parts, await content_of(desk, None))).problems:
        form = MailForm(**version.parts.model_dump(), based_on=based_on, about=MADE_UP)
        await keep(desk, form)
        return desk.done(f"Version {number} is your draft now: mend it first.")
    saved = await desk.mails.save(
        *desk.named, version.parts, based_on, desk.visitor.who, f"Restored version {number}"
    )
    if saved is None:
        return desk.done(_CHANGED)
    await desk.audit(f"Restored version {number} of the mail for {desk.place.name}.")
    return desk.done(f"Version {number} is back, as version {saved.version}.")


@router.post("/reset")
async def reset(desk: AtDesk, based_on: BasedOn) -> RedirectResponse:
    """Send Restock's own mail again; what was written stays among the versions."""
    saved = await desk.mails.save(
        *desk.named, None, based_on, desk.visitor.who, "Back to Restock's own"
    )
    if saved is None:
        return desk.done(_CHANGED)
    await desk.audit(f"Reset the mail for {desk.place.name} to Restock's own.")
    return desk.done("Restock's own mail is sent again. Your versions are kept.")


async def _version(desk: Desk, number: int) -> SavedMail:
    found = await desk.mails.get(*desk.named, number)
    if found is None:
        raise NoSuchMailError("There is no such version of this mail.")
    return found


def _compared(version: SavedMail, now: MailParts, part: Part) -> Iterator[Line]:
    """The lines of a part of a version, with those it lacks of what holds now."""
    old, new = version.parts.of(part).splitlines(), now.of(part).splitlines()
    if max(len(old), len(new)) > _MOST_COMPARED:
        yield from (Line("same", line) for line in old)
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        yield from (Line("same" if kind == "equal" else "version", line) for line in old[i:j])
        yield from (Line("now", line) for line in new[k:m] if kind != "equal")
