"""Writes mails: templates to `EmailMessage`, with the headers every mail of Restock has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from activities.smtp import Envelope


class MailTemplateError(Exception):
    """A template that cannot be rendered; says which, the line, and why."""


@dataclass(frozen=True)
class Letter:
    """What a rendered mail says: one line of subject, the text, the HTML."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates of a kind of mail: `<kind>/subject.txt`, `body.txt`, `body.html`.

    Those in `folder` come before the ones Restock ships. Templates are sandboxed, and a name
    that is not given is an error, not an empty place in a shopper's mail.
    """

    def __init__(self, folder: Path | None = None) -> None:
        shipped = PackageLoader("activities")
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder), shipped]) if folder else shipped,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, kind: str, values: Mapping[str, Any]) -> Letter:
        """Write a mail. Raises `MailTemplateError`."""
        return Letter(
            subject=" ".join(self._render(f"{kind}/subject.txt", values).split()),
            text=self._render(f"{kind}/body.txt", values),
            html=self._render(f"{kind}/body.html", values),
        )

    def _render(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"{name}, line {line}" if line else name
            raise MailTemplateError(f"{where}: {error.message or error}") from error
        except Exception as error:
            # A template can raise anything: it calls filters with whatever it likes.
            reason = str(error) or type(error).__name__
            raise MailTemplateError(f"{name}: {reason}") from error


def written(letter: Letter, sender: str, recipient: str, message_id: str) -> Envelope:
    """Put a letter into an envelope.

    `sender` may have a display name: `My shop <shop@example.com>`. The `Message-ID` is the same
    for every attempt, so that a mailbox can recognise a mail that arrives twice.
    """
    name, address = parseaddr(sender)
    message = EmailMessage()
    message["From"] = _address(address, name)
    message["To"] = _address(recipient)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return Envelope(sender=address, recipient=recipient, message=message)


def _address(address: str, name: str = "") -> Address:
    # Not by addr_spec, which takes no internationalised local part.
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=domain)


def domain_of(sender: str) -> str:
    """The domain of a sender, for `Message-ID`s."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
