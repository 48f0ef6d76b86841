"""A mail server that keeps what it takes, and has moods."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from enum import Enum, auto
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from faults.patience import until
from faults.verdict import Mail

HOST = "127.0.0.1"
_LOOK_SECONDS = 0.005
_QUIET_SECONDS = 2.0


class Fate(Enum):
    """What becomes of a message that was given."""

    KEPT = auto()
    KEPT_UNHEARD = auto()
    GONE = auto()


class Mood:
    """How the mail server behaves; this one is well, and answers after a moment.

    The moment is when a crash leaves a mail of which nobody knows whether it left.
    """

    async def welcome(self, address: str) -> str:
        """The reply to a recipient where it is not welcome; nothing where it is."""
        return ""

    async def fate(self, address: str) -> Fate:
        """What becomes of a message to a recipient."""
        return Fate.KEPT

    async def ponder(self) -> None:
        """The time between keeping a message and saying so."""
        await asyncio.sleep(0.03)


class MailServer:
    """Notes every mail it keeps and every recipient it refuses for good."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.reached: set[str] = set()
        self.refusals: dict[str, str] = {}
        self.mood = Mood()
        self._port = 0
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self._port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MailServer"]:
        await self.come_back()
        try:
            yield self
        finally:
            self.go_away()

    async def come_back(self) -> None:
        """Listen, after `go_away` on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, HOST, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def go_away(self) -> None:
        """Refuse every connection and cut those that are open."""
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        self._sessions.clear()

    def _session(self) -> SMTP:
        session = SMTP(self, hostname="mail.test", loop=asyncio.get_running_loop())
        self._sessions.append(session)
        return session

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if reply := await self.mood.welcome(address):
            if reply.startswith("5"):
                self.refusals[address] = reply
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        [address] = envelope.rcpt_tos
        fate = await self.mood.fate(address)
        if fate is not Fate.GONE:
            self._keep(address, envelope)
        if fate is not Fate.KEPT:
            server.transport.abort()
        await self.mood.ponder()
        return "250 2.0.0 taken"

    def _keep(self, address: str, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message_id = str(message_from_bytes(envelope.content)["Message-ID"])
        self.mails.append(Mail(address, message_id, time.time()))
        self.reached.add(address)

    async def until(self, count: int) -> None:
        """Return when so many were reached. Raises `TimeoutError` when patience is over."""

        async def reached() -> bool:
            return len(self.reached) >= count

        await until(reached, _LOOK_SECONDS)

    async def first_after(self, moment: float) -> float:
        """How many seconds after a moment the next mail came; endless where none did."""
        known = sum(mail.at < moment for mail in self.mails)

        async def came() -> bool:
            return len(self.mails) > known

        try:
            await until(came, _LOOK_SECONDS)
        except TimeoutError:
            return math.inf
        return self.mails[known].at - moment

    async def until_quiet(self) -> None:
        """Return when no mail has come for a while: a late copy must be counted, too."""
        known = -1
        while known < len(self.mails):
            known = len(self.mails)
            await asyncio.sleep(_QUIET_SECONDS)
