"""Everything that goes wrong becomes a reply; which dialect it is in, the path decides."""

from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api import envelope, problems, voyado, widget
from api.console import PREFIX as CONSOLE
from api.console import pages
from api.console.session import SignInNeededError
from api.shopper import PREFIX as SHOPPER
from api.shopper import pages as shopper_pages
from api.violations import invalid_request
from api.widget.pages import refusal
from domain.errors import (
    ApplicationError,
    BodyTooLargeError,
    EngineUnavailableError,
    RestockError,
)
from store.database import UNREACHABLE

_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
_TOO_LARGE = 413


class _HttpError(ApplicationError):
    """What the web framework refuses by itself: an unknown path, a wrong method."""

    def __init__(self, error: HTTPException) -> None:
        super().__init__(str(error.detail))
        self.http_status = error.status_code
        self.code = _CODES.get(error.status_code, "BAD_REQUEST")


class _UnforeseenError(ApplicationError):
    description = "Restock failed to do this. Its log has the reason, under the X-Wix-Request-Id."


def install_error_handlers(app: FastAPI) -> None:
    """Answer everything that goes wrong in the words of the caller's dialect."""
    app.add_exception_handler(RestockError, _restock_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in UNREACHABLE:
        app.add_exception_handler(kind, _store_unavailable)


def unforeseen(request: Request) -> Response:
    """The reply to a fault of Restock's own."""
    return _reply(request, _UnforeseenError())


def too_large(request: Request) -> Response:
    """The reply to a body that is longer than its path takes."""
    return _reply(request, BodyTooLargeError())


def _reply(request: Request, error: RestockError) -> Response:
    if f"{request.url.path}/".startswith(f"{CONSOLE}/"):
        return _page(request, error)
    if request.url.path == widget.FORM:
        return refusal(request, error)
    if request.url.path.startswith(f"{SHOPPER}/"):
        return shopper_pages.refusal(request, error)
    of_voyado = f"{request.url.path}/".startswith(f"{voyado.PREFIX}/")
    return problems.reply(error) if of_voyado else envelope.reply(error)


def _page(request: Request, error: RestockError) -> Response:
    """For people: the page to sign in where that is what is missing, else words."""
    if isinstance(error, SignInNeededError) and request.method == "GET":
        return RedirectResponse(f"{CONSOLE}/sign-in?{urlencode({'to': _asked_for(request)})}", 303)
    return pages.refusal(request, error)


def _asked_for(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


async def _restock_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RestockError)
    reply = _reply(request, error)
    reply.headers.update(error.headers)
    return reply


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _reply(request, invalid_request(error.errors()))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == _TOO_LARGE:
        return too_large(request)
    reply = _reply(request, _HttpError(error))
    reply.headers.update(error.headers or {})
    return reply


async def _store_unavailable(request: Request, error: Exception) -> Response:
    away = EngineUnavailableError("Postgres does not answer at the moment; try again.")
    return _reply(request, away)
