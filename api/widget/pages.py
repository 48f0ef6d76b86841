"""The page that a form without JavaScript is answered with."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api.console.pages import environment
from api.widget.words import RIGHT_TO_LEFT, language_of, words
from domain.errors import RestockError

styles = StaticFiles(directory=Path(__file__).parents[1] / "static" / "widget")
"""Served to everybody."""


def page(language: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """`message`: what happened, `good` or not. `form`: what was typed, to be sent again."""
    known = {"form": None, "wrong": "", "back": ""} | values
    html = (
        environment()
        .get_template("widget/answer.html")
        .render(
            say=words()[language],
            language=language,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            **known,
        )
    )
    return HTMLResponse(html, status_code=status_code)


def refusal(request: Request, error: RestockError) -> HTMLResponse:
    """For what goes wrong before the form is read, in the language of the browser."""
    language = language_of(*asked_for(request))
    what = "trouble" if error.http_status >= 500 else "setup"
    return page(
        language, status_code=error.http_status, message=words()[language][what], good=False
    )


def asked_for(request: Request) -> list[str]:
    """The languages that the browser asks for."""
    asked = request.headers.get("Accept-Language", "")[:200].split(",")
    return [each.partition(";")[0].strip() for each in asked]
