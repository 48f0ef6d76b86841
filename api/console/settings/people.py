"""Who may sign in by name, and one's own password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, checked
from api.console.pages import done, page
from api.console.passwords import LONGEST, hashed, is_password, long_enough
from api.console.session import Signed, Visitor
from api.services import Served, Services
from domain.errors import ForbiddenError
from domain.text import one_line

router = APIRouter(prefix="/settings/people")

_HERE = f"{PREFIX}/settings/people"
_LONGEST_NAME = 100


class PersonForm(BaseModel):
    """A new person."""

    name: str = Field(default="", max_length=_LONGEST_NAME)
    password: str = Field(default="", max_length=LONGEST)


class PasswordForm(BaseModel):
    """A new password of one's own, and the one before it."""

    old: str = Field(default="", max_length=LONGEST)
    new: str = Field(default="", max_length=LONGEST)


@router.get("")
async def show_people(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    return await _people_page(request, visitor, services)


@router.post("")
async def add_person(
    request: Request, visitor: Signed, services: Served, form: Annotated[PersonForm, Form()]
) -> Response:
    name, wrong = form.name.strip(), _wrong(form)
    if not wrong and not await _added(services, name, form.password, visitor.site):
        wrong["name"] = "is taken: somebody signs in by this name already"
    if wrong:
        return await _people_page(request, visitor, services, wrong, name)
    await audit(services, visitor, f"Let {name} sign in.")
    return done(request, _HERE, f"{name} may sign in now, by name and password.")


@router.post("/remove")
async def remove_person(
    request: Request,
    visitor: Signed,
    services: Served,
    name: Annotated[str, Form(max_length=_LONGEST_NAME)],
) -> Response:
    if not await services.store.users.remove(name, visitor.site):
        raise ForbiddenError(f"Nobody called {name} signs in to this shop.")
    await audit(services, visitor, f"Shut out {name}.")
    return done(request, _HERE, f"{name} is signed out and may not sign in any more.")


@router.post("/password")
async def change_password(
    request: Request, visitor: Signed, services: Served, form: Annotated[PasswordForm, Form()]
) -> Response:
    """One's own; signs out all one's other browsers."""
    user = await services.store.users.find(visitor.user_name) if visitor.user_name else None
    if user is None:
        raise ForbiddenError("You signed in by a key, which has no password.")
    wrong = Wrong()
    if not await is_password(user.password, form.old):
        wrong["old"] = "is not your password"
    checked(wrong, "new", long_enough, form.new or " ")
    if wrong:
        return await _people_page(request, visitor, services, wrong)
    kept = await hashed(form.new)
    await services.store.users.change_password(user.name, kept, visitor.digest)
    await audit(services, visitor, "Changed their own password.")
    return done(request, _HERE, "Your password is changed.")


async def _added(services: Services, name: str, password: str, site: str) -> bool:
    return await services.store.users.add(name, await hashed(password), site)


def _wrong(form: PersonForm) -> Wrong:
    wrong = Wrong()
    checked(wrong, "name", lambda name: one_line(name, _LONGEST_NAME), form.name or " ")
    checked(wrong, "password", long_enough, form.password or " ")
    return wrong


async def _people_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    wrong: Wrong | None = None,
    name: str = "",
) -> HTMLResponse:
    return page(
        request,
        visitor,
        "settings/people.html",
        status_code=400 if wrong else 200,
        people=await services.store.users.all(visitor.site),
        wrong=wrong or Wrong(),
        name=name,
    )
