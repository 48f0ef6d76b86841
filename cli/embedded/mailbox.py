"""The mailbox that catches mail when no mail server is configured: a Maildir behind SMTP.

To watch what Restock does with trouble, send to an address that starts with `refused`
(answered `550 5.1.1 no such user`) or `deferred` (`451 4.7.1 try again later`).
"""

import asyncio
import mailbox
from contextlib import AsyncExitStack
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
# Else a disk that is full for a while would refuse mail for good.
_NO_ROOM = "452 4.3.1 insufficient system storage"
_ANSWERS = {"refused": "550 5.1.1 no such user", "deferred": "451 4.7.1 try again later"}


class MaildirHandler:
    """Stores what it accepts before it says so."""

    def __init__(self, directory: Path) -> None:
        self._maildir = mailbox.Maildir(directory, create=True)

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        for start, answer in _ANSWERS.items():
            if address.lower().startswith(start):
                return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        try:
            self._maildir.add(_trace_of(envelope) + envelope.content.replace(b"\r\n", b"\n"))
        except OSError:
            return _NO_ROOM
        return "250 2.0.0 stored"


def _trace_of(envelope: Envelope) -> bytes:
    """What a delivering mail server writes on top: the addresses of the envelope."""
    lines = [f"Return-Path: <{envelope.mail_from or ''}>"]
    lines += [f"Delivered-To: {address}" for address in envelope.rcpt_tos]
    return "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")


async def start_mailbox(directory: Path, undo: AsyncExitStack) -> str:
    """Listen on a free loopback port; returns the mailbox' SMTP URL."""
    loop = asyncio.get_running_loop()
    handler = MaildirHandler(directory)

    def connected() -> SMTP:
        return SMTP(handler, hostname="mailbox.localhost", enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(connected, HOST, 0)
    undo.callback(server.close)
    return f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
