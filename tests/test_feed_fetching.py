"""Feeds fetched from a real web server: only what is new, and only from where it is allowed."""

import gzip
import logging
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from feed_server import FeedServer, body, fetch, trouble
from feed_texts import NOW, sample

from activities.feeds.errors import FeedError
from activities.feeds.fetch import Patience, open_feed
from activities.feeds.reader import FeedReader

FEED = sample("shopify.xml")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RFC_DATE = "Sat, 21 Nov 2026 03:00:00 GMT"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer().running() as running:
        running.answer("/feed.xml", "200 OK", FEED, Content_Type="application/xml", ETag='"1"')
        yield running


async def test_a_feed_comes_with_what_the_next_fetch_needs(server: FeedServer) -> None:
    server.answer(
        "/feed.xml", "200 OK", FEED, Content_Type="text/xml", ETag='W/"7"', Last_Modified=RFC_DATE
    )
    async with open_feed(server.url(), allow_private=True) as fetched:
        assert not fetched.not_modified
        assert (fetched.etag, fetched.last_modified) == ('W/"7"', RFC_DATE)
        assert fetched.content_type == "text/xml"
        assert await body(fetched) == FEED
    [asked] = server.asked
    assert asked.headers["user-agent"].startswith("Restock/")
    assert asked.headers["accept-encoding"] == "gzip"
    assert not {"if-none-match", "if-modified-since", "authorization"} & asked.headers.keys()


async def test_a_feed_that_has_not_changed_is_not_sent_again(server: FeedServer) -> None:
    server.answer("/feed.xml", "304 Not Modified", ETag='"2"')
    async with open_feed(server.url(), '"1"', RFC_DATE, True) as fetched:
        assert fetched.not_modified
        assert fetched.etag == '"2"'
        assert await body(fetched) == b""
    [asked] = server.asked
    assert asked.headers["if-none-match"] == '"1"'
    assert asked.headers["if-modified-since"] == RFC_DATE


async def test_not_modified_is_no_answer_to_who_has_nothing(server: FeedServer) -> None:
    server.answer("/feed.xml", "304 Not Modified")
    assert str(await trouble(server.url())) == "the shop's server answered 304 Not Modified"


async def test_a_header_that_could_not_be_sent_back_is_not_kept(server: FeedServer) -> None:
    server.answer("/feed.xml", "200 OK", FEED, ETag='"å"', Last_Modified="x" * 501)
    async with open_feed(server.url(), allow_private=True) as fetched:
        assert (fetched.etag, fetched.last_modified) == ("", "")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
async def test_a_compressed_feed_is_left_to_the_reader(server: FeedServer, encoding: str) -> None:
    packed = gzip.compress(gzip.compress(FEED))
    server.answer("/feed.xml.gz", "200 OK", packed, Content_Encoding=encoding)
    reader = FeedReader(now=NOW)
    async with open_feed(server.url("/feed.xml.gz"), allow_private=True) as fetched:
        products = [product async for chunk in fetched.chunks() for product in reader.feed(chunk)]
    assert len(products + reader.close()) == 3


async def test_an_encoding_that_was_not_asked_for_is_refused(server: FeedServer) -> None:
    server.answer("/feed.xml", "200 OK", b"x", Content_Encoding="br")
    assert str(await trouble(server.url())) == "the shop's server answered in br, not in gzip"


@pytest.mark.parametrize(
    ("status", "temporary"),
    [
        ("404 Not Found", False),
        ("401 Unauthorized", False),
        ("410 Gone", False),
        ("204 No Content", False),
        ("429 Too Many Requests", True),
        ("408 Request Timeout", True),
        ("500 Internal Server Error", True),
        ("503 Service Unavailable", True),
    ],
)
async def test_another_status_is_told_and_whether_to_try_again(
    server: FeedServer, status: str, temporary: bool
) -> None:
    server.answer("/feed.xml", status)
    refused = await trouble(server.url())
    assert str(refused) == f"the shop's server answered {status}"
    assert refused.temporary is temporary


async def test_a_feed_that_is_cut_off_is_never_whole(server: FeedServer) -> None:
    server.answers["/length"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + FEED
    server.answers["/chunked"] = CHUNKED + b"5\r\n<rss>\r\n"
    server.answers["/nothing"] = b""
    server.answers["/noise"] = b"220 mail.example ESMTP\r\n"
    for path in server.answers.keys() - {"/feed.xml"}:
        refused = await trouble(server.url(path))
        assert refused.temporary
        assert "127.0.0.1" in str(refused)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss"])
async def test_a_server_that_falls_silent_is_given_up(server: FeedServer, said: bytes) -> None:
    server.answers["/slow"] = said
    server.waits.add("/slow")
    refused = await trouble(server.url("/slow"), patience=Patience(read_seconds=0.1))
    assert str(refused) == "127.0.0.1 did not answer in time"
    assert refused.temporary


async def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = await trouble(f"http://127.0.0.1:{port}/")
    assert "connection to 127.0.0.1 failed" in str(refused)
    assert refused.temporary


async def test_a_download_has_a_largest_size(server: FeedServer) -> None:
    server.answers["/endless"] = b"HTTP/1.1 200 OK\r\n\r\n" + FEED
    enough, less = Patience(most_bytes=len(FEED)), Patience(most_bytes=len(FEED) - 1)
    for path in ("/feed.xml", "/endless"):
        assert await fetch(server.url(path), patience=enough) == FEED
        refused = await trouble(server.url(path), patience=less)
        assert str(refused) == f"the feed is a download of more than {len(FEED) - 1:,} bytes"
        assert not refused.temporary


async def test_a_download_that_says_it_is_too_large_is_not_begun(server: FeedServer) -> None:
    less = Patience(most_bytes=len(FEED) - 1)
    with pytest.raises(FeedError, match="a download of more than"):
        async with open_feed(server.url(), allow_private=True, patience=less):
            pytest.fail("it was begun")


async def test_redirects_are_followed_as_long_as_they_are_few(server: FeedServer) -> None:
    for hop in range(6):
        server.answer(f"/{hop}", "302 Found", Location=f"/{hop + 1}")
    server.answer("/5", "200 OK", b"found")
    assert await fetch(server.url("/0")) == b"found"
    server.answer("/5", "301 Moved Permanently", Location="/6")
    assert "redirects more than 5 times" in str(await trouble(server.url("/0")))


async def test_the_body_of_a_redirect_is_not_waited_for(server: FeedServer) -> None:
    server.answer("/moved", "307 Temporary Redirect", Location="/feed.xml", Content_Length="9999")
    server.waits.add("/moved")
    assert await fetch(server.url("/moved"), patience=Patience(read_seconds=5)) == FEED


@pytest.mark.parametrize("target", ["ftp://shop.example/feed", "file:///etc/passwd"])
async def test_redirects_lead_to_http_only(server: FeedServer, target: str) -> None:
    server.answer("/moved", "302 Found", Location=target)
    refused = await trouble(server.url("/moved"))
    assert "not to http or https" in str(refused)


async def test_a_redirect_to_nowhere_is_told(server: FeedServer) -> None:
    server.answer("/moved", "302 Found", Location="http://x:notaport/")
    assert "failed" in str(await trouble(server.url("/moved")))


LOGIN = "shop:p%40ss%2Fw0rd@"
BASIC = "Basic c2hvcDpwQHNzL3cwcmQ="


async def test_the_urls_user_and_password_are_given_to_its_server_only(
    server: FeedServer,
) -> None:
    server.answer("/near", "302 Found", Location="/feed.xml")
    async with FeedServer().running() as other:
        other.answer("/feed.xml", "200 OK", FEED)
        server.answer("/far", "302 Found", Location=other.url())
        assert await fetch(server.url("/near", login=LOGIN)) == FEED
        assert await fetch(server.url("/far", login=LOGIN)) == FEED
    assert [asked.headers.get("authorization") for asked in server.asked] == [BASIC] * 3
    assert "authorization" not in other.asked[0].headers


async def test_no_error_and_no_log_line_shows_user_or_password(
    server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers["/cut"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    urls = [server.url(path, login=LOGIN) for path in ("/cut", "/gone")]
    urls += [f"http://{LOGIN}127.0.0.1:1/", f"http://{LOGIN}nowhere.invalid/", f"ftp://{LOGIN}x/"]
    urls += [f"http://{LOGIN}[x/", f"http://{LOGIN}127.0.0.1:99999/", f"http://{LOGIN}\N{SNOWMAN}/"]
    for url in urls:
        shown = f"{await trouble(url)!r}{caplog.text}"
        assert not any(part in shown for part in ("p@ss", "p%40ss", "shop:", "c2hvcDpw"))


@pytest.mark.parametrize("url", ["", "feed.xml", "ftp://x.test/", "http://", "http://x.test/#a"])
async def test_what_is_no_url_of_a_feed_is_refused(url: str) -> None:
    refused = await trouble(url)
    assert str(refused).startswith("the feed's URL must")
    assert not refused.temporary


async def test_proxies_of_the_environment_are_not_used(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert await fetch(server.url()) == FEED
