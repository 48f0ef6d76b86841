"""How a page for shoppers is made: whole without scripts, and nothing of it is kept by browsers."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.shopper.words import Words, words_for_browser
from domain.errors import LinkInvalidError, RestockError
from mails.formats import date

STATIC = Path(__file__).parents[1] / "static" / "shopper"
_NOT_LISTED = {"X-Robots-Tag": "noindex, nofollow"}


def page(words: Words, template: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """A page of `api/templates/shopper` in the shopper's language."""
    html = _environment().get_template(f"shopper/{template}").render(words=words, **values)
    return HTMLResponse(html, status_code=status_code, headers=_NOT_LISTED)


def refusal(request: Request, error: RestockError) -> HTMLResponse:
    """What went wrong and what to do, in the language of the browser."""
    words = words_for_browser(request.headers.get("accept-language", ""))
    what = "invalid" if isinstance(error, LinkInvalidError) else "trouble"
    return page(words, "refusal.html", status_code=error.http_status, what=what)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date"] = date
    return environment
