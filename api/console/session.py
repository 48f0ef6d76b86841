"""Who looks at the console: a cookie, the session behind it, and what shows that a form is ours."""

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from api.console import PREFIX
from api.services import Served, Services
from domain.errors import ApplicationError
from store.records import SignedIn

COOKIE = "restock_console"
_READS = ("GET", "HEAD")
_OURSELVES = ("same-origin", "none")


class SignInNeededError(ApplicationError):
    """Nobody is signed in, or not any more."""

    http_status = 401
    code = "SIGN_IN_NEEDED"
    description = "You are signed out. Sign in, and do it again."


class ForeignFormError(ApplicationError):
    """A form that was not sent from a page of this console."""

    http_status = 403
    code = "FOREIGN_FORM"
    description = (
        "This did not come from a page of your console, so nothing was changed. "
        "Open the page anew and do it again."
    )


class Visitor(SignedIn):
    """Who is signed in, in this browser.

    `csrf`: what each form sends along; another website cannot know it. `digest`: of the session.
    """

    csrf: str
    digest: bytes

    @property
    def time_zone(self) -> str:
        """The shop's, by its IANA name."""
        return self.policy.time_zone


async def start_session(response: Response, request: Request, **whose: object) -> None:
    """Sign in: open a session and put its secret into a cookie of this browser.

    `whose`: as `store.console.open_session` takes it.
    """
    services: Services = request.app.state.services
    token = secrets.token_urlsafe(32)
    await services.store.console.open_session(_digest(token), **whose)  # type: ignore[arg-type]
    response.set_cookie(
        COOKIE,
        token,
        path=PREFIX,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


async def end_session(response: Response, services: Services, visitor: Visitor) -> None:
    """Sign out, here and now."""
    await services.store.console.close_session(visitor.digest)
    response.delete_cookie(COOKIE, path=PREFIX)


def is_https(request: Request) -> bool:
    """Whether the browser speaks https, perhaps to a proxy in front."""
    services: Services = request.app.state.services
    return "https" in (request.url.scheme, urlsplit(services.settings.public_url).scheme)


async def visitor_of(request: Request, services: Services) -> Visitor | None:
    """Who sent this, if they are signed in."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    digest = _digest(token)
    signed_in = await services.store.console.signed_in(digest)
    if signed_in is None:
        return None
    return Visitor(**dict(signed_in), csrf=_csrf(token), digest=digest)


def refuse_foreign(request: Request) -> None:
    """Raises `ForeignFormError` where a browser says that another website sent this."""
    if request.method in _READS:
        return
    # Browsers leave the first out where the console is reached by plain http.
    site, origin = (request.headers.get(name) for name in ("sec-fetch-site", "origin"))
    is_ours = site in _OURSELVES if site else not origin or _host(origin) in _hosts(request)
    if not is_ours:
        raise ForeignFormError()


def _hosts(request: Request) -> tuple[str, str]:
    """As the browser wrote it, and, where a proxy changes that, as the settings say."""
    services: Services = request.app.state.services
    return request.url.netloc, _host(services.settings.public_url)


def _host(address: str) -> str:
    return urlsplit(address).netloc


async def signed(request: Request, services: Served) -> Visitor:
    """Who is signed in.

    Raises `SignInNeededError`, and `ForeignFormError` where a form is not from a page of theirs.
    """
    refuse_foreign(request)
    visitor = await visitor_of(request, services)
    if visitor is None:
        raise SignInNeededError()
    if request.method not in _READS:
        sent = request.headers.get("x-csrf-token") or await _csrf_of_form(request)
        if not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
            raise ForeignFormError()
    return visitor


Signed = Annotated[Visitor, Depends(signed)]


async def _csrf_of_form(request: Request) -> str:
    # The form is parsed once: whoever asks next is given the same.
    return str((await request.form()).get("csrf", ""))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _csrf(token: str) -> str:
    return hmac.digest(token.encode(), b"csrf", "sha256").hex()
