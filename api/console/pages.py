"""How a page of the console is made: one environment of templates, and the notice on the next."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.console import PREFIX
from api.console.session import Visitor
from api.security_headers import CONSOLE_WITH_MAIL
from domain.errors import RestockError

STATIC = Path(__file__).parents[1] / "static" / "console"
_NOTICE = "restock_notice"
_LOCALE = "en"
_NOTICE_SECONDS = 60


def page(
    request: Request,
    visitor: Visitor | None,
    template: str,
    *,
    status_code: int = 200,
    shows_mail: bool = False,
    **values: Any,
) -> HTMLResponse:
    """A page of `api/templates/console`, with the notice of what was just done.

    `shows_mail`: a mail is shown in a frame, so inline styles and images of the web are let in.
    """
    notice = unquote(request.cookies.get(_NOTICE, ""))
    html = (
        environment()
        .get_template(f"console/{template}")
        .render(visitor=visitor, path=request.url.path, notice=notice, request=request, **values)
    )
    reply = HTMLResponse(html, status_code=status_code)
    if shows_mail:
        reply.headers["Content-Security-Policy"] = CONSOLE_WITH_MAIL
    if notice:
        reply.delete_cookie(_NOTICE, path=PREFIX)
    return reply


def fragment(template: str, visitor: Visitor, **values: Any) -> HTMLResponse:
    """A part of a page, for a script that brings it up to date."""
    text = environment().get_template(f"console/{template}").render(visitor=visitor, **values)
    return HTMLResponse(text)


def done(request: Request, to: str, sentence: str) -> RedirectResponse:
    """Go on to a page, which says once what was done."""
    reply = RedirectResponse(to, status_code=303)
    reply.set_cookie(
        _NOTICE,
        quote(sentence),
        max_age=_NOTICE_SECONDS,
        path=PREFIX,
        httponly=True,
        samesite="lax",
    )
    return reply


def refusal(request: Request, error: RestockError) -> HTMLResponse:
    """What went wrong, in words, with the fields that were wrong."""
    reasons = [str(each) for each in error.violations] or [str(error)]
    return page(
        request, None, "refusal.html", status_code=error.http_status, reasons=reasons, error=error
    )


@cache
def environment() -> Environment:
    """The templates of all pages, with their filters."""
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(csrf=_csrf_field, asset=asset)
    environment.globals["asset"] = asset
    environment.filters.update(
        ago=_ago, moment=_moment, iso=_iso, plural=_plural, number=_number, day=_day
    )
    return environment


def asset(name: str) -> str:
    """The address of a style or a script; another one where the file is another."""
    return f"{PREFIX}/static/{name}?v={_version(name)}"


@cache
def _version(name: str) -> int:
    return (STATIC / name).stat().st_mtime_ns


@pass_context
def _csrf_field(context: Context) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(context["visitor"].csrf)


def _ago(moment: datetime) -> str:
    """How long ago, or in how long, in words."""
    away = moment - datetime.now(UTC)
    return format_timedelta(away, add_direction=True, locale=_LOCALE)


@pass_context
def _moment(context: Context, moment: datetime) -> str:
    """A date and a time by the shop's clock."""
    return format_datetime(moment.astimezone(_zone(context)), "d MMM y, HH:mm", locale=_LOCALE)


@pass_context
def _day(context: Context, moment: datetime) -> str:
    """A date by the shop's clock."""
    return format_datetime(moment.astimezone(_zone(context)), "d MMM y", locale=_LOCALE)


def _zone(context: Context) -> ZoneInfo:
    visitor = context.get("visitor")
    return ZoneInfo(visitor.time_zone if visitor else "UTC")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _number(number: float) -> str:
    return str(format_decimal(number, locale=_LOCALE))


def _plural(count: int, one: str, many: str = "") -> str:
    """`1 shopper`, `1,240 shoppers`."""
    return f"{_number(count)} {one if count == 1 else many or one + 's'}"
