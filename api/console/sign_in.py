"""Signing in and out of the console, and looking at another site."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from limits import parse_many
from pydantic import BaseModel, Field

from api.console import PREFIX
from api.console.pages import done, page
from api.console.passwords import LONGEST, is_password
from api.console.session import (
    Signed,
    end_session,
    refuse_foreign,
    start_session,
    visitor_of,
)
from api.rate_limiter import Limits, RateLimiter
from api.services import Served, Services
from api.storefront import client_of
from domain.errors import ForbiddenError

router = APIRouter()

SIGN_IN = f"{PREFIX}/sign-in"
_HOME = f"{PREFIX}/demand"
_TOO_OFTEN = "Too many attempts. Try again in {minutes} minutes."
_WRONG_KEY = "This is no owner key, or it has ended."
_WRONG_PASSWORD = "The name or the password is wrong."
# Of failures. Nobody is shut out by what others get wrong, short of a real attack.
_OF_A_CLIENT_FOR_A_NAME = parse_many("5 per 15 minutes")
_OF_A_CLIENT = parse_many("20 per 15 minutes")
_OF_A_NAME = parse_many("100 per hour")


class SignInForm(BaseModel):
    """A key, or a name and a password. `to`: the page that was asked for."""

    key: str = Field(default="", max_length=200)
    name: str = Field(default="", max_length=100)
    password: str = Field(default="", max_length=LONGEST)
    to: str = Field(default="", max_length=2000)


@router.get("/sign-in")
async def ask_to_sign_in(request: Request, services: Served, to: str = "") -> Response:
    if await visitor_of(request, services):
        return RedirectResponse(_within(to), status_code=303)
    return _sign_in_page(request, SignInForm(to=to[:2000]))


@router.post("/sign-in")
async def sign_in(
    request: Request, services: Served, form: Annotated[SignInForm, Form()]
) -> Response:
    refuse_foreign(request)
    failures = _failures(request, form)
    limiter: RateLimiter = request.app.state.sign_in_failures
    seconds = [await limiter.exceeded(limits, key) for limits, key in failures]
    if wait := max(filter(None, seconds), default=None):
        trouble = _TOO_OFTEN.format(minutes=-(-wait // 60))
        return _sign_in_page(request, form, trouble, status_code=429, retry_after=wait)
    whose = await _whose(services, form)
    if whose is None:
        for limits, key in failures:
            await limiter.retry_after(limits, key)
        return _sign_in_page(request, form, _WRONG_KEY if form.key else _WRONG_PASSWORD, 401)
    reply = RedirectResponse(_within(form.to), status_code=303)
    await start_session(reply, request, **whose)
    return reply


@router.post("/sign-out")
async def sign_out(request: Request, visitor: Signed, services: Served) -> RedirectResponse:
    reply = done(request, SIGN_IN, "You are signed out.")
    await end_session(reply, services, visitor)
    return reply


@router.post("/site")
async def look_at_site(
    request: Request,
    visitor: Signed,
    services: Served,
    site: Annotated[str, Form(max_length=63)],
) -> RedirectResponse:
    """Look at another site of the same user."""
    if not await services.store.console.switch_site(visitor.digest, site):
        raise ForbiddenError("You have no such shop.")
    return RedirectResponse(_HOME, status_code=303)


async def _whose(services: Services, form: SignInForm) -> dict[str, object] | None:
    if form.key:
        key = await services.store.sites.find_key(form.key.strip())
        return {"site": key.site, "key_id": key.id} if key and key.scope == "owner" else None
    user = await services.store.users.find(form.name.strip())
    if not await is_password(user.password if user else None, form.password):
        return None
    return {"site": user.site, "user_id": user.id} if user and user.site else None


def _failures(request: Request, form: SignInForm) -> list[tuple[Limits, str]]:
    client, name = client_of(request), form.name.strip().lower()
    counted: list[tuple[Limits, str]] = [(_OF_A_CLIENT, f"sign-in client {client}")]
    if not form.key:
        counted.append((_OF_A_CLIENT_FOR_A_NAME, f"sign-in client {client} name {name}"))
        counted.append((_OF_A_NAME, f"sign-in name {name}"))
    return counted


def _within(to: str) -> str:
    """The page that was asked for, if it is one of the console's own."""
    parts = urlsplit(to)
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith(f"{PREFIX}/")
    return to if is_ours and "\\" not in to and not to.startswith(SIGN_IN) else _HOME


def _sign_in_page(
    request: Request,
    form: SignInForm,
    trouble: str = "",
    status_code: int = 200,
    retry_after: int | None = None,
) -> HTMLResponse:
    reply = page(request, None, "sign_in.html", status_code=status_code, form=form, trouble=trouble)
    if retry_after:
        reply.headers["Retry-After"] = str(retry_after)
    return reply
