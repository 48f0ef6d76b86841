"""Puts letters into envelopes, with the headers every mail of Restock has."""

from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr

from activities.mime import header, mailbox, mime
from activities.smtp import Envelope
from domain.addresses import ascii_domain, transportable
from mails.letters import Letter

_FROM_NO_PERSON = {"Auto-Submitted": "auto-generated"}


def written(
    letter: Letter,
    sender: str,
    recipient: str,
    message_id: str,
    *,
    unsubscribe_url: str = "",
    reply_to: str = "",
) -> Envelope:
    """Put a letter into an envelope.

    `sender` may have a display name: `My shop <shop@example.com>`. The `Message-ID` is the same
    for every attempt, so that a mailbox can recognise a mail that arrives twice. Addresses are
    written so that as many mail servers as possible take them. `unsubscribe_url`: where the
    recipient ends such mails, in one click of the mail program (RFC 8058). `reply_to`: whose
    letter it is; any other is from no person.
    """
    name, address = parseaddr(sender)
    address, recipient = transportable(address), transportable(recipient)
    headers = {
        "From": mailbox(address, name),
        "To": mailbox(recipient),
        "Subject": header("Subject", letter.subject),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": message_id,
        **({"Reply-To": mailbox(transportable(reply_to))} if reply_to else _FROM_NO_PERSON),
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    content = mime(headers, letter.text, letter.html)
    return Envelope(sender=address, recipient=recipient, content=content)


def domain_of(sender: str) -> str:
    """The domain of a sender, for `Message-ID`s."""
    return ascii_domain(parseaddr(sender)[1]) or "localhost"
