"""`/mailbox`: the mails that the embedded stack caught, for developers."""

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from api.console.pages import environment
from api.mail_parts import message_of, parts_of
from api.services import Served, Services

router = APIRouter(prefix="/mailbox", include_in_schema=False)
_MOST = 200


@router.get("")
def list_mails(services: Served) -> HTMLResponse:
    """The newest mails."""
    return _page("list.html", **_newest(services))


@router.get("/newest")
def list_newest(services: Served) -> HTMLResponse:
    """The list alone, for the script that brings it up to date."""
    return _page("newest.html", **_newest(services))


@router.get("/{key}")
def read_mail(key: str, services: Served) -> HTMLResponse:
    """One mail, with its text, its HTML in a sandbox, and a link to its source."""
    return _page("mail.html", key=key, mail=parts_of(_source(_folder(services), key)))


@router.get("/{key}/source")
def read_source(key: str, services: Served) -> Response:
    """One mail, byte for byte."""
    return PlainTextResponse(_source(_folder(services), key))


def _page(template: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(environment().get_template(f"mailbox/{template}").render(**values))


def _newest(services: Services) -> dict[str, Any]:
    folder = _folder(services)
    newest = sorted(folder.keys(), key=_age, reverse=True)[:_MOST]
    mails = [_headers(key, message_of(_source(folder, key))) for key in newest]
    return {"mails": mails, "total": len(folder)}


def _folder(services: Services) -> "mailbox.Maildir":
    path = services.settings.mailbox_dir
    if path is None or not Path(path).is_dir():
        raise HTTPException(404, "There is no mailbox here: mail goes to a mail server.")
    return mailbox.Maildir(path, create=False)


def _age(key: str) -> tuple[float, str]:
    # A Maildir key begins with the second of its delivery.
    seconds = key.partition(".")[0]
    return (float(seconds) if seconds.isdigit() else 0.0, key)


def _source(folder: "mailbox.Maildir", key: str) -> bytes:
    try:
        return folder.get_bytes(key)
    except KeyError:
        raise HTTPException(404, "There is no such mail.") from None


def _headers(key: str, message: EmailMessage) -> dict[str, Any]:
    names = ("subject", "to", "date")
    return {"key": key} | {name: str(message.get(name, "")) for name in names}
