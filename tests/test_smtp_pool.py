"""The pool of kept connections, against mail servers with TLS, passwords and moods."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from shop import eventually
from smtp_sink import SmtpSink

import activities.smtp
from activities.mail import written
from activities.smtp import (
    Envelope,
    MailDeferredError,
    MailRefusedError,
    MailUnknownError,
    SmtpPool,
)
from activities.smtp_server import SmtpServer
from mails.letters import Letter

LETTER = Letter(subject="Back", text="It is back.", html="<p>It is back.</p>")


@dataclass
class MailServer:
    """A mail server on a free port."""

    sink: SmtpSink = field(default_factory=SmtpSink)
    port: int = 0
    sessions: list[SMTP] = field(default_factory=list)

    @asynccontextmanager
    async def running(
        self, implicit_tls: ssl.SSLContext | None = None, **options: Any
    ) -> AsyncIterator["MailServer"]:
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            self.sessions.append(SMTP(self.sink, hostname="sink.test", loop=loop, **options))
            return self.sessions[-1]

        server = await loop.create_server(session, "127.0.0.1", 0, ssl=implicit_tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hang_up()

    def hang_up(self) -> None:
        """End every connection, as servers do with idle ones."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@asynccontextmanager
async def pool_for(url: str, ca_file: Path | None = None, size: int = 1) -> AsyncIterator[SmtpPool]:
    pool = SmtpPool(SmtpServer.from_url(url, ca_file), size)
    try:
        yield pool
    finally:
        await pool.close()


def mail(recipient: str = "shopper@example.com") -> Envelope:
    return written(LETTER, "Shop <shop@restock.test>", recipient, "<1@restock.test>")


def only_user_and_secret(
    server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", b"s/cret")
    return AuthResult(success=right, handled=False)


async def test_many_mails_go_over_one_connection() -> None:
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        for _ in range(20):
            assert (await pool.send(mail(), patience=5)).startswith("250")
        with pytest.raises(MailRefusedError, match="550"):
            await pool.send(mail("refused@example.com"), patience=5)
        with pytest.raises(MailDeferredError) as put_off:
            await pool.send(mail("later1@example.com"), patience=5)
        await pool.send(mail("later1@example.com"), patience=5)
    assert not put_off.value.server_wide
    assert len(server.sink.envelopes) == 21
    assert len(server.sessions) == 1


def url(server: MailServer, scheme: str = "smtp", login: str = "", options: str = "") -> str:
    return f"{scheme}://{login}127.0.0.1:{server.port}{options}"


async def test_a_server_that_ended_an_idle_connection_is_no_trouble() -> None:
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        await pool.send(mail(), patience=5)
        server.hang_up()
        await pool.send(mail(), patience=5)
    assert len(server.sink.envelopes) == 2
    assert len(server.sessions) == 2


async def test_a_pool_opens_no_more_connections_than_it_may() -> None:
    async with MailServer().running() as server, pool_for(url(server), size=3) as pool:
        await asyncio.gather(*(pool.send(mail(), patience=10) for _ in range(30)))
    assert len(server.sink.envelopes) == 30
    assert len(server.sessions) <= 3


async def test_waiting_for_a_free_connection_is_no_fault_of_the_mail_server() -> None:
    slow = SlowSink()
    async with MailServer(slow).running() as server, pool_for(url(server)) as pool:
        first = asyncio.create_task(pool.send(mail(), patience=5))
        await slow.has_the_message.wait()
        with pytest.raises(MailDeferredError) as waited:
            await pool.send(mail(), patience=0.05)
        slow.may_answer.set()
        assert (await first).startswith("250")
    assert not waited.value.server_wide


class SlowSink(SmtpSink):
    def __init__(self) -> None:
        super().__init__()
        self.has_the_message, self.may_answer = asyncio.Event(), asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.has_the_message.set()
        await self.may_answer.wait()
        return await super().handle_DATA(server, session, envelope)


async def test_a_connection_that_nobody_needs_is_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(activities.smtp, "_IDLE_SECONDS", 0.05)
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        await pool.send(mail(), patience=5)
        await eventually(lambda: gone(server.sessions[0]), "the connection to end")
        await pool.send(mail(), patience=5)
    assert len(server.sink.envelopes) == 2
    assert len(server.sessions) == 2


async def gone(session: SMTP) -> bool:
    return session.transport is None or session.transport.is_closing()


async def test_a_lost_answer_is_unknown_and_the_next_mail_goes_out() -> None:
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        with pytest.raises(MailUnknownError):
            await pool.send(mail("lost1@example.com"), patience=5)
        await pool.send(mail(), patience=5)
    assert len(server.sink.envelopes) == 2


async def test_a_password_goes_over_starttls_with_a_checked_certificate(
    certificate: ssl.SSLContext, ca_file: Path
) -> None:
    options: dict[str, Any] = {
        "tls_context": certificate,
        "require_starttls": True,
        "authenticator": only_user_and_secret,
        "auth_required": True,
    }
    async with MailServer().running(**options) as server:
        right = url(server, login="user:s%2Fcret@", options="?starttls=required")
        async with pool_for(right, ca_file) as pool:
            await pool.send(mail(), patience=5)
        wrong = url(server, login="user:wr0ng@")
        async with pool_for(wrong, ca_file) as pool:
            with pytest.raises(MailDeferredError, match="535") as refused:
                await pool.send(mail(), patience=5)
        async with pool_for(right) as pool:
            with pytest.raises(MailDeferredError, match="certificate") as untrusted:
                await pool.send(mail(), patience=5)
    assert refused.value.server_wide
    assert untrusted.value.server_wide
    assert "wr0ng" not in str(refused.value)
    assert len(server.sink.envelopes) == 1


async def test_starttls_that_is_required_and_not_offered_sends_nothing() -> None:
    async with (
        MailServer().running() as server,
        pool_for(url(server, options="?starttls=required")) as pool,
    ):
        with pytest.raises(MailDeferredError) as refused:
            await pool.send(mail(), patience=5)
    assert refused.value.server_wide
    assert server.sink.envelopes == []


async def test_implicit_tls(certificate: ssl.SSLContext, ca_file: Path) -> None:
    async with (
        MailServer().running(implicit_tls=certificate) as server,
        pool_for(url(server, "smtps"), ca_file) as pool,
    ):
        await pool.send(mail(), patience=5)
    assert len(server.sink.envelopes) == 1


async def test_a_server_that_is_not_there_or_says_nothing_is_trouble_for_all_mail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with pool_for(f"smtp://127.0.0.1:{port}") as pool:
            with pytest.raises(MailDeferredError) as unheard:
                await pool.send(mail(), patience=0.2)
    async with pool_for(f"smtp://127.0.0.1:{port}") as pool:
        with pytest.raises(MailDeferredError) as absent:
            await pool.send(mail(), patience=5)
    assert unheard.value.server_wide
    assert absent.value.server_wide


async def test_an_internationalised_address_needs_a_server_that_takes_it() -> None:
    async with MailServer().running(enable_SMTPUTF8=True) as server, pool_for(url(server)) as pool:
        await pool.send(mail("jörg@exämple.com"), patience=5)
    assert server.sink.envelopes[0].rcpt_tos == ["jörg@exämple.com"]
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        with pytest.raises(MailRefusedError, match="internationalised"):
            await pool.send(mail("jörg@exämple.com"), patience=5)
        await pool.send(mail(), patience=5)
    assert len(server.sink.envelopes) == 1


async def test_a_sender_that_the_server_does_not_take_is_no_fault_of_the_shopper() -> None:
    letter = written(LETTER, "kött@exämple.com", "shopper@example.com", "<1@x.test>")
    async with MailServer().running() as server, pool_for(url(server)) as pool:
        with pytest.raises(MailDeferredError, match="the sender's") as deferred:
            await pool.send(letter, patience=5)
    assert deferred.value.server_wide


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("http://user:s3cret@host", "must begin with smtp:// or smtps://"),
        ("host:587", "must begin with smtp:// or smtps://"),
        ("smtp://user:s3cret@", "names no host"),
        ("smtp://user:s3cret@host?starttls=maybe", "auto, required or never"),
        ("smtp://user:s3cret@host?tls=yes", "unknown option 'tls'"),
        ("smtp://user:s3cret@host:99999", "port"),
        ("smtp://user:s3cret/more@host:587", "(?i)port|host|password"),
    ],
)
def test_a_wrong_smtp_url_is_explained_without_its_password(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){said}" if "(?i)" not in said else said) as error:
        SmtpServer.from_url(given)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "port", "starttls"),
    [
        ("smtp://host", 587, None),
        ("smtp://host:25?starttls=never", 25, False),
        ("smtp://host?starttls=required", 587, True),
        ("smtps://host", 465, False),
    ],
)
def test_an_smtp_url_has_sensible_defaults(given: str, port: int, starttls: bool | None) -> None:
    server = SmtpServer.from_url(given)
    assert (server.port, server.start_tls_option) == (port, starttls)
