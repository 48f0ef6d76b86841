"""Hands mails to the mail server over connections that are kept, and says what became of each.

MailError
├── MailRefusedError     this mail will never be taken: a retry cannot help
├── MailDeferredError    it surely did not leave: a retry can help
└── MailUnknownError     it may have left: the connection was lost after the message was given
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8 as SMTPUTF8_POLICY

import aiosmtplib

from activities.smtp_server import SmtpServer

_NO_CONNECTION = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)
# RFC 5321 4.5.3.2.6 lets a server take ten minutes; a mail that waits this long is tried again.
_REPLY_TO_MESSAGE_SECONDS = 120.0
_IDLE_SECONDS = 60.0


class MailError(Exception):
    """A mail that was not accepted, with the server's words or what went wrong."""


class MailRefusedError(MailError):
    """The server refused this recipient or this message for good (5xx)."""


class MailDeferredError(MailError):
    """The mail surely did not leave. `server_wide`: no other mail will leave either."""

    def __init__(self, reply: str, *, server_wide: bool) -> None:
        super().__init__(reply)
        self.server_wide = server_wide


class MailUnknownError(MailError):
    """The server got the message and its answer was lost."""


@dataclass(frozen=True)
class Envelope:
    """A mail and where it goes: addresses without display names."""

    sender: str
    recipient: str
    message: EmailMessage

    @property
    def needs_smtputf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


@dataclass
class _Connection:
    client: aiosmtplib.SMTP
    used_at: float
    fresh: bool = True


@dataclass
class SmtpPool:
    """Up to `size` connections to one mail server, reused while the server keeps them."""

    server: SmtpServer
    size: int = 10
    _idle: list[_Connection] = field(default_factory=list)
    _slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.size)

    async def send(self, envelope: Envelope, patience: float) -> str:
        """Give a mail to the server; returns its words on accepting it.

        `patience`: seconds until the server must be ready to take the message; the message itself
        is then given all the time it needs, because a mail given up half-way may arrive twice.
        """
        try:
            async with asyncio.timeout(patience):
                await self._slots.acquire()
        except TimeoutError as error:
            raise MailDeferredError(_ALL_IN_USE, server_wide=False) from error
        try:
            async with self._ready(envelope, patience) as client:
                return await _give(client, envelope)
        finally:
            self._slots.release()

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        while self._idle:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._idle.pop().client.quit(timeout=2)

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
            raise MailDeferredError(_BUSY, server_wide=True) from error

    async def _enveloped(self, connection: _Connection, envelope: Envelope) -> _Connection:
        try:
            await _offer(connection.client, envelope)
        except MailError as error:
            if not _is_server_wide(error):
                await _reset(connection.client)
                self._keep(connection)
                raise
            connection.client.close()
            # Servers end a kept connection after a while or some mails: that is no trouble yet.
            if connection.fresh:
                raise
            return await self._enveloped(await self._connect(), envelope)
        except BaseException:
            connection.client.close()
            raise
        return connection

    async def _take(self) -> _Connection:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.client.is_connected and now - connection.used_at < _IDLE_SECONDS:
                return connection
            connection.client.close()
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
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            client.close()
            raise MailDeferredError(_words(error), server_wide=True) from error
        except BaseException:
            client.close()
            raise
        return _Connection(client, asyncio.get_running_loop().time())

    def _keep(self, connection: _Connection) -> None:
        if connection.client.is_connected:
            connection.fresh = False
            connection.used_at = asyncio.get_running_loop().time()
            self._idle.append(connection)


_ALL_IN_USE = "all connections to the mail server are in use"
_BUSY = "the mail server did not get ready in time"


async def _offer(client: aiosmtplib.SMTP, envelope: Envelope) -> None:
    """Give the sender and the recipient."""
    utf8 = envelope.needs_smtputf8
    if utf8 and not client.supports_extension("smtputf8"):
        raise MailRefusedError("the mail server does not take internationalised addresses")
    encoding = "utf-8" if utf8 else "ascii"
    try:
        await client.mail(
            envelope.sender, options=["SMTPUTF8"] if utf8 else None, encoding=encoding
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        # A refused sender concerns every mail; the owner mends it and nothing is lost.
        raise MailDeferredError(_words(error), server_wide=True) from error
    try:
        await client.rcpt(envelope.recipient, encoding=encoding)
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailDeferredError(_words(error), server_wide=True) from error


async def _give(client: aiosmtplib.SMTP, envelope: Envelope) -> str:
    """Give the message and wait for the server's word on it."""
    policy = SMTPUTF8_POLICY if envelope.needs_smtputf8 else SMTP_POLICY
    content = envelope.message.as_bytes(policy=policy)
    try:
        response = await client.data(content, timeout=_REPLY_TO_MESSAGE_SECONDS)
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error) from error
    except _NO_CONNECTION as error:
        raise MailUnknownError(_words(error)) from error
    return f"{response.code} {response.message}"


def _by_code(error: aiosmtplib.SMTPResponseException) -> MailError:
    if 500 <= error.code <= 599:
        return MailRefusedError(_words(error))
    # 421 is the server going away; any other 4xx may concern this recipient only.
    return MailDeferredError(_words(error), server_wide=error.code == 421)


def _is_server_wide(error: MailError) -> bool:
    return isinstance(error, MailDeferredError) and error.server_wide


async def _reset(client: aiosmtplib.SMTP) -> None:
    try:
        await client.rset(timeout=5)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _words(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
