"""A mail server for tests: keeps what it takes, and fails as the recipient's name says."""

import asyncio
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


class SmtpSink:
    """`refused…` gets 550, `spam…` 554 after the message, `later<n>…` 451 the first n times.

    `lost<n>…` is kept and the connection cut before the answer, the first n times; `gone<n>…` is
    cut before it is kept. While `down`, every connection is ended at once. Of `crowd…`, only as
    many as `let_in` says get past RCPT until the rest is `welcome`. Whoever connects while it has
    no `smtputf8` must send ASCII addresses.
    """

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.down = False
        self.smtputf8 = True
        self.connections = 0
        self.let_in = 0
        self.welcome = asyncio.Event()
        self._tries: Counter[str] = Counter()

    @property
    def mails(self) -> list[EmailMessage]:
        return [_read(each) for each in self.envelopes]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that were taken for an address."""
        return [_read(each) for each in self.envelopes if address in each.rcpt_tos]

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address.startswith("refused"):
            return f"550 5.1.1 <{address}>: no such user"
        if self._still(address, "later"):
            return f"451 4.7.1 <{address}>: try again later"
        if address.startswith("crowd"):
            await self._turn()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        address = envelope.rcpt_tos[0]
        if address.startswith("spam"):
            return "554 5.7.1 looks like spam"
        if self._still(address, "gone"):
            server.transport.abort()
            return "451 never heard"
        self.envelopes.append(envelope)
        if self._still(address, "lost"):
            server.transport.abort()
        return "250 2.0.0 taken"

    async def _turn(self) -> None:
        self.let_in -= 1
        if self.let_in < 0:
            await self.welcome.wait()

    def _still(self, address: str, word: str) -> bool:
        if not address.startswith(word):
            return False
        self._tries[address] += 1
        return self._tries[address] <= int(address[len(word)])

    def protocol(self) -> asyncio.Protocol:
        self.connections += 1
        if self.down:
            return _HangUp()
        return SMTP(self, hostname="sink.test", enable_SMTPUTF8=self.smtputf8)


def _read(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(envelope.content, policy=policy.default)


class _HangUp(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
