"""A mail taken apart, for a page that shows it."""

import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

_SHOWN = ("From", "To", "Reply-To", "Date", "Message-ID")


@dataclass(frozen=True)
class MailParts:
    """What a mail says; an empty text or HTML: the mail has none. `headers`: those worth a look."""

    subject: str
    headers: dict[str, str]
    text: str
    html: str
    attachments: list[str]


def parts_of(source: bytes) -> MailParts:
    """The parts of a mail."""
    message = message_of(source)
    return MailParts(
        subject=str(message.get("subject", "")),
        headers={name: str(message[name]) for name in _SHOWN if name in message},
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=[each.get_filename("(no name)") for each in message.iter_attachments()],
    )


def message_of(source: bytes) -> EmailMessage:
    """A mail as the standard library reads it."""
    message = email.message_from_bytes(source, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return "" if body is None else str(body.get_content())
