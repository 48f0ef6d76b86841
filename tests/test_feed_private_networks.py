"""Feeds are fetched from public addresses only, by the address that was checked."""

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
from feed_server import FeedServer, fetch, trouble

FEED = b"id\ttitle\nA\tPot\n"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer().running() as running:
        running.answer("/feed.xml", "200 OK", FEED)
        yield running


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses of names, for as long as a test runs; each answer is given once."""
    known: dict[str, list[str]] = {}
    ask_system = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            found for address in known.pop(host) for found in ask_system(address, *args, **options)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


async def test_a_name_that_does_not_resolve_may_do_so_later(names: dict[str, list[str]]) -> None:
    refused = await trouble("http://shop.example/")
    assert str(refused) == "shop.example does not resolve"
    assert refused.temporary


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["93.184.216.34", "192.168.0.1"]],
)
async def test_names_of_private_networks_are_refused(
    names: dict[str, list[str]], addresses: list[str]
) -> None:
    names["shop.example"] = addresses
    refused = await trouble("http://shop.example/", allow_private=False)
    assert str(refused) == (
        f"{addresses[-1]}, the address of shop.example, is a private address; "
        "set RESTOCK_ALLOW_PRIVATE_URLS=true to allow such feeds"
    )
    assert not refused.temporary


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
async def test_private_addresses_are_refused_however_they_are_written(
    server: FeedServer, host: str
) -> None:
    refused = await trouble(server.url(host=host), allow_private=False)
    assert "is a private address" in str(refused)
    assert server.asked == []


async def test_a_redirect_to_a_private_network_is_refused(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here 127.0.0.1 is a public address, and 127.0.0.2 is not."""
    monkeypatch.setattr("activities.feeds.transport.is_public", lambda ip: ip == "127.0.0.1")
    server.answer("/moved", "302 Found", Location=server.url("/secret", host="127.0.0.2"))
    assert "127.0.0.2" in str(await trouble(server.url("/moved"), allow_private=False))
    assert [asked.path for asked in server.asked] == ["/moved"]
    assert await fetch(server.url(), allow_private=False) == FEED


async def test_a_name_is_resolved_once_and_its_host_header_kept(
    server: FeedServer, names: dict[str, list[str]]
) -> None:
    """A second look-up would fail: the names of the fixture are known once."""
    names["shop.example"] = ["127.0.0.1"]
    assert await fetch(server.url(host="shop.example")) == FEED
    assert server.asked[0].headers["host"] == f"shop.example:{server.port}"


async def test_the_next_address_is_tried_where_one_does_not_answer(
    server: FeedServer, names: dict[str, list[str]]
) -> None:
    names["shop.example"] = ["::1", "127.0.0.2", "127.0.0.1"]
    assert await fetch(server.url(host="shop.example")) == FEED


async def test_the_certificate_must_be_the_names_though_the_address_is_connected_to(
    names: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(certificate)
    async with FeedServer({"/feed.xml": b"HTTP/1.1 200 OK\r\n\r\nok"}).running(
        certificate
    ) as server:
        names |= {"shop.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
        secure = server.url(host="{}").replace("http:", "https:")
        assert await fetch(secure.format("shop.example")) == b"ok"
        refused = await trouble(secure.format("other.example"))
    assert "certificate" in str(refused)


@pytest.mark.parametrize(
    "host",
    [
        "0177.0.0.1",
        "017700000001",
        "0x7f000001",
        "127.1",
        "127.0.1",
        "0.0.0.0",
        "00.0.0.0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "\uff11\uff12\uff17.0.0.1",
        "127。0。0。1",
        "169.254.169.254",
        "2852039166",
    ],
)
async def test_no_spelling_of_a_private_address_is_connected_to(
    server: FeedServer, host: str
) -> None:
    refused = await trouble(server.url(host=host), allow_private=False)
    said = str(refused)
    assert "is a private address" in said or "does not resolve" in said or "not valid" in said
    assert server.asked == []


async def test_an_address_with_a_dot_behind_is_no_way_around(server: FeedServer) -> None:
    assert await trouble(server.url(host="127.0.0.1."), allow_private=False)
    assert server.asked == []


async def test_the_host_is_what_stands_behind_the_user(server: FeedServer) -> None:
    for login in ("93.184.216.34@", "93.184.216.34:80@", "a%40b:c@", "shop.example%23@"):
        refused = await trouble(server.url(login=login), allow_private=False)
        assert "127.0.0.1" in str(refused)
    assert server.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/feed",
        "gopher://127.0.0.1:25/_HELO",
        "data:text/plain,id",
        "//127.0.0.2:{port}/secret",
        "http://2130706434:{port}/secret",
        "http://user:word@127.0.0.2:{port}/secret",
        "http://127.0.0.1@127.0.0.2:{port}/secret",
        "http://[::ffff:127.0.0.2]:{port}/secret",
        "http:/\\127.0.0.2:{port}/secret",
        "http://127.0.0.2\t:{port}/secret",
        "http:// 127.0.0.2:{port}/secret",
    ],
)
async def test_no_redirect_leads_into_a_private_network(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """Here 127.0.0.1 is a public address, and no other is."""
    monkeypatch.setattr("activities.feeds.transport.is_public", lambda ip: ip == "127.0.0.1")
    server.answer("/moved", "302 Found", Location=target.format(port=server.port))
    assert await trouble(server.url("/moved"), allow_private=False)
    assert [asked.path for asked in server.asked] in (["/moved"], ["/moved", target])


async def test_every_step_of_a_chain_of_redirects_is_looked_at(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.feeds.transport.is_public", lambda ip: ip == "127.0.0.1")
    for step in range(3):
        server.answer(f"/{step}", "307 Temporary Redirect", Location=server.url(f"/{step + 1}"))
    server.answer("/3", "301 Moved Permanently", Location=server.url("/feed.xml", host="127.0.0.3"))
    assert "127.0.0.3" in str(await trouble(server.url("/0"), allow_private=False))
    assert [asked.path for asked in server.asked] == ["/0", "/1", "/2", "/3"]


async def test_a_name_that_means_another_host_the_second_time_is_looked_at_again(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is asked for first, private when the redirect leads back."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    ask_system = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> list[Any]:
        return ask_system(next(answers), *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("activities.feeds.transport.is_public", lambda ip: ip == "127.0.0.1")
    server.answer("/moved", "302 Found", Location=server.url("/feed.xml", host="shop.example"))
    refused = await trouble(server.url("/moved", host="shop.example"), allow_private=False)
    assert "127.0.0.2, the address of shop.example" in str(refused)
    assert [asked.path for asked in server.asked] == ["/moved"]
