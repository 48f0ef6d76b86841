"""Hands mails to the mail server over connections that are kept, and says what became of each.

MailError
├── MailRefusedError     this mail will never be taken: a retry cannot help
├── MailDeferredError    it surely did not leave: a retry can help
└── MailUnknownError     it may have left: the connection was lost after the message was given
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import aiosmtplib

from activities.congestion import Gate, pushes_back
from activities.smtp_server import SmtpServer

_LOST = (aiosmtplib.SMTPException, OSError)
# RFC 5321 4.5.3.2.6 lets a server take ten minutes; a mail that waits this long is tried again.
_REPLY_TO_MESSAGE_SECONDS = 120.0
# A server that counts connections counts those that are kept, too.
_IDLE_SECONDS, _IDLE_SECONDS_IN_STRAIN = 60.0, 5.0


class MailError(Exception):
    """A mail that was not accepted, with the server's words or what went wrong."""


class MailRefusedError(MailError):
    """The server refused this recipient or this message for good (5xx)."""


class MailDeferredError(MailError):
    """The mail surely did not leave.

    `server_wide`: no other mail of this sender will leave either. `pushback`: nobody's will,
    because the server is away, or has enough to do.
    """

    def __init__(self, reply: str, *, server_wide: bool = False, pushback: bool = False) -> None:
        super().__init__(reply)
        self.server_wide = server_wide or pushback
        self.pushback = pushback


class MailUnknownError(MailError):
    """The server got the message and its answer was lost."""


@dataclass(frozen=True)
class Envelope:
    """A mail as it is sent, and where it goes: addresses without display names."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_smtputf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


Send = Callable[[Envelope, float], Awaitable[str]]
"""Gives a mail to the server; as `SmtpPool.send`, without waiting for a turn."""


Sign = Callable[[Envelope], Awaitable[Envelope]]
"""Puts a signature on a mail that has none."""


async def unsigned(envelope: Envelope) -> Envelope:
    """Leave a mail as it is: the mail server may sign it."""
    return envelope


@dataclass(eq=False)
class _Connection:
    client: aiosmtplib.SMTP
    # None until it has been kept once.
    expiry: asyncio.TimerHandle | None = None


@dataclass
class SmtpPool:
    """Up to `size` connections to one mail server, reused while the server keeps them.

    Fewer while it pushes back: then mails wait for a turn, instead of each asking the server.
    Whatever leaves is signed by `sign`, which leaves alone what has been signed already.
    """

    server: SmtpServer
    size: int = 10
    sign: Sign = unsigned
    _idle: list[_Connection] = field(default_factory=list)
    _gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self._gate = Gate(self.size)

    @property
    def strained(self) -> bool:
        """Whether the server pushed back within the last minute."""
        return self._gate.strained

    @property
    def shut_out(self) -> bool:
        """Whether the server pushed back three times since it last took a mail."""
        return self._gate.shut_out

    async def send(self, envelope: Envelope, patience: float) -> str:
        """Give a mail to the server when it is its turn; returns its words on accepting it.

        `patience`: seconds until the turn comes, and until the server is ready to take the
        message; the message itself is then given all the time it needs, because a mail given up
        half-way may arrive twice. Raises `MailError`.
        """
        async with self.turn(patience) as send:
            return await send(envelope, patience)

    @asynccontextmanager
    async def turn(self, patience: float) -> AsyncIterator[Send]:
        """Wait for a turn to give a mail to the server, which lasts as long as the block.

        Raises `MailDeferredError` where it does not come within `patience` seconds.
        """
        try:
            async with asyncio.timeout(patience):
                entered = await self._gate.enter()
        except TimeoutError as error:
            raise MailDeferredError(_ALL_IN_USE) from error
        try:
            yield partial(self._send, entered)
        finally:
            self._gate.leave()

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        while self._idle:
            with suppress(*_LOST):
                await self._idle.pop().client.quit(timeout=2)

    async def _send(self, entered: int, envelope: Envelope, patience: float) -> str:
        envelope = await self.sign(envelope)
        try:
            async with self._ready(envelope, patience) as client:
                reply = await _give(client, envelope)
        except MailDeferredError as error:
            if error.pushback:
                self._ease_off(entered)
            raise
        self._gate.taken()
        return reply

    def _ease_off(self, entered: int) -> None:
        self._gate.pushed_back(entered)
        for connection in self._idle[: -self._gate.limit]:
            self._expire(connection)

    @asynccontextmanager
    async def _ready(self, envelope: Envelope, patience: float) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that has accepted the envelope, kept afterwards if it is sound."""
        connection = await self._with_envelope(envelope, patience)
        try:
            yield connection.client
        except MailRefusedError:
            self._keep(connection)
            raise
        except BaseException:
            connection.client.close()
            raise
        self._keep(connection)

    async def _with_envelope(self, envelope: Envelope, patience: float) -> _Connection:
        try:
            async with asyncio.timeout(patience):
                return await self._enveloped(await self._take(), envelope)
        except TimeoutError as error:
            raise MailDeferredError(_BUSY, pushback=True) from error

    async def _enveloped(self, connection: _Connection, envelope: Envelope) -> _Connection:
        client = connection.client
        try:
            await _offer(client, envelope)
        except MailError:
            if client.is_connected:
                await _reset(client)
                self._keep(connection)
                raise
            # Servers end a kept connection after a while or some mails: that is no trouble yet.
            if connection.expiry is None:
                raise
            return await self._enveloped(await self._connect(), envelope)
        except BaseException:
            client.close()
            raise
        return connection

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.client.is_connected:
                return connection
        return await self._connect()

    async def _connect(self) -> _Connection:
        client = aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            use_tls=self.server.implicit_tls,
            start_tls=self.server.start_tls_option,
            tls_context=self.server.tls,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except _LOST as error:
            raise _gone(client, error) from error
        except BaseException:
            client.close()
            raise
        return _Connection(client)

    def _keep(self, connection: _Connection) -> None:
        if not connection.client.is_connected:
            return
        if connection.expiry:
            connection.expiry.cancel()
        later = asyncio.get_running_loop().call_later
        seconds = _IDLE_SECONDS_IN_STRAIN if self.strained else _IDLE_SECONDS
        connection.expiry = later(seconds, self._expire, connection)
        self._idle.append(connection)

    def _expire(self, connection: _Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
            connection.client.close()


_ALL_IN_USE = "all connections to the mail server are in use"
_BUSY = "the mail server did not get ready in time"


async def _offer(client: aiosmtplib.SMTP, envelope: Envelope) -> None:
    """Give the sender and the recipient."""
    utf8 = envelope.needs_smtputf8
    if utf8 and not client.supports_extension("smtputf8"):
        raise _without_smtputf8(envelope)
    encoding = "utf-8" if utf8 else "ascii"
    try:
        await client.mail(
            envelope.sender, options=["SMTPUTF8"] if utf8 else None, encoding=encoding
        )
    except aiosmtplib.SMTPResponseException as error:
        # A refused sender concerns every mail; the owner mends it and nothing is lost.
        pushback = pushes_back(error.code, error.message)
        raise MailDeferredError(_words(error), server_wide=True, pushback=pushback) from error
    except _LOST as error:
        raise _gone(client, error) from error
    try:
        await client.rcpt(envelope.recipient, encoding=encoding)
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error) from error
    except _LOST as error:
        raise _gone(client, error) from error


def _without_smtputf8(envelope: Envelope) -> MailError:
    if envelope.sender.isascii():
        return MailRefusedError(
            "the mail server does not take internationalised addresses (SMTPUTF8)"
        )
    # The owner mends it, and nothing is lost.
    return MailDeferredError(
        "the mail server does not take the sender's internationalised address (SMTPUTF8)",
        server_wide=True,
    )


async def _give(client: aiosmtplib.SMTP, envelope: Envelope) -> str:
    """Give the message and wait for the server's word on it."""
    try:
        response = await client.data(envelope.content, timeout=_REPLY_TO_MESSAGE_SECONDS)
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error) from error
    except _LOST as error:
        raise MailUnknownError(_words(error)) from error
    return f"{response.code} {response.message}"


def _by_code(error: aiosmtplib.SMTPResponseException) -> MailError:
    if 500 <= error.code <= 599:
        return MailRefusedError(_words(error))
    return MailDeferredError(_words(error), pushback=pushes_back(error.code, error.message))


def _gone(client: aiosmtplib.SMTP, error: Exception) -> MailDeferredError:
    client.close()
    return MailDeferredError(_words(error), pushback=True)


async def _reset(client: aiosmtplib.SMTP) -> None:
    try:
        await client.rset(timeout=5)
    except _LOST:
        client.close()


def _words(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
