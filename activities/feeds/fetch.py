"""Fetches a feed from its URL as a stream: only what is new, within bounds, from public hosts."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import httpx

from activities.feeds.errors import FeedError
from activities.feeds.transport import CheckedTransport
from domain.web_addresses import check_url

MOST_BYTES = 1024**3
_MOST_REDIRECTS = 5
# Whatever a server's ETag looks like, it is kept in the database and sent back as a header.
_LONGEST_HEADER = 500
# gzip is taken off by the reader, within bounds; httpx would unpack a bomb.
_ENCODINGS = {"", "identity", "gzip", "x-gzip"}
_TOO_BUSY = {408, 425, 429}


@dataclass(frozen=True)
class Patience:
    """Seconds to resolve and connect, seconds between two reads, and the most bytes (packed)."""

    connect_seconds: float = 10
    read_seconds: float = 30
    most_bytes: int = MOST_BYTES

    @property
    def timeout(self) -> httpx.Timeout:
        return httpx.Timeout(self.read_seconds, connect=self.connect_seconds)


_USUAL_PATIENCE = Patience()


@dataclass(frozen=True)
class FetchedFeed:
    """A server's answer. `etag` and `last_modified` are for the next fetch; '' where not given.

    `not_modified`: the feed is what it was then, and has no chunks.
    """

    not_modified: bool
    etag: str
    last_modified: str
    content_type: str
    _response: httpx.Response
    _most_bytes: int

    async def chunks(self) -> AsyncIterator[bytes]:
        """The feed's bytes as the server sends them, gzip or not, for a `FeedReader`; only once.

        Raises `FeedError` where the connection ends early, and for too many bytes.
        """
        if self.not_modified:
            return
        count = 0
        with _in_plain_words():
            async for chunk in self._response.aiter_raw():
                count += len(chunk)
                _check_size(count, self._most_bytes)
                yield chunk


@asynccontextmanager
async def open_feed(
    url: str,
    etag: str = "",
    last_modified: str = "",
    allow_private: bool = False,
    patience: Patience = _USUAL_PATIENCE,
) -> AsyncIterator[FetchedFeed]:
    """Ask for the feed at `url`, unless it is what it was when it had these headers.

    A user and a password in `url` are given to its server only. `allow_private`: hosts of private
    networks may be asked too. How long the whole may take is the caller's to say. Raises
    `FeedError` for every answer that is no feed.
    """
    address, credentials = _parts(url)
    conditions = _headers({"If-None-Match": etag, "If-Modified-Since": last_modified})
    async with _client(allow_private, patience) as client:
        request = client.build_request("GET", address, headers=conditions)
        with _in_plain_words():
            response = await _answer(client, request, credentials)
        try:
            yield _fetched(response, bool(conditions), patience.most_bytes)
        finally:
            await response.aclose()


def _parts(url: str) -> tuple[httpx.URL, httpx.BasicAuth | None]:
    """The URL without user and password, so that no error or log line can show them; and these."""
    try:
        parsed = httpx.URL(check_url(url))
    except httpx.InvalidURL:
        raise FeedError("the feed's URL is not valid") from None
    except ValueError as error:
        raise FeedError(f"the feed's URL {error}") from None
    if not parsed.userinfo:
        return parsed, None
    credentials = httpx.BasicAuth(parsed.username, parsed.password)
    return parsed.copy_with(userinfo=b""), credentials


def _client(allow_private: bool, patience: Patience) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=CheckedTransport(
            allow_private=allow_private, resolve_seconds=patience.connect_seconds
        ),
        headers={"User-Agent": f"Restock/{version('restock')}", "Accept-Encoding": "gzip"},
        timeout=patience.timeout,
        trust_env=False,
    )


async def _answer(
    client: httpx.AsyncClient, request: httpx.Request, credentials: httpx.BasicAuth | None
) -> httpx.Response:
    """The answer at the end of all redirects, with its body unread.

    httpx would read a redirect's body too, however long it is.
    """
    for _ in range(1 + _MOST_REDIRECTS):
        response = await client.send(request, auth=credentials, stream=True)
        if response.next_request is None:
            return response
        await response.aclose()
        request, credentials = response.next_request, None
    raise FeedError(f"the shop's server redirects more than {_MOST_REDIRECTS} times")


def _fetched(response: httpx.Response, conditional: bool, most_bytes: int) -> FetchedFeed:
    not_modified = conditional and response.status_code == httpx.codes.NOT_MODIFIED
    if not not_modified:
        _check(response, most_bytes)
    kept = _headers({name: response.headers.get(name, "") for name in ("ETag", "Last-Modified")})
    return FetchedFeed(
        not_modified=not_modified,
        etag=kept.get("ETag", ""),
        last_modified=kept.get("Last-Modified", ""),
        content_type=response.headers.get("Content-Type", ""),
        _response=response,
        _most_bytes=most_bytes,
    )


def _check(response: httpx.Response, most_bytes: int) -> None:
    status = response.status_code
    if status != httpx.codes.OK:
        said = f"{status} {httpx.codes.get_reason_phrase(status)}".strip()
        temporary = status >= 500 or status in _TOO_BUSY
        raise FeedError(f"the shop's server answered {said}", temporary=temporary)
    encodings = response.headers.get("Content-Encoding", "").lower().split(",")
    if unknown := [encoding for encoding in encodings if encoding.strip() not in _ENCODINGS]:
        raise FeedError(f"the shop's server answered in {unknown[0].strip()[:40]}, not in gzip")
    length = response.headers.get("Content-Length", "")
    _check_size(int(length) if length.isdecimal() else 0, most_bytes)


def _check_size(count: int, most: int) -> None:
    if count > most:
        raise FeedError(f"the feed is a download of more than {most:,} bytes")


def _headers(given: dict[str, str]) -> dict[str, str]:
    """Those that are worth keeping, and can be sent."""
    return {
        name: value
        for name, value in given.items()
        if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_HEADER
    }


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except httpx.InvalidURL:
        raise FeedError("the shop's server redirects to what is no valid address") from None
    except httpx.TimeoutException as error:
        host = error.request.url.host
        raise FeedError(f"{host} did not answer in time", temporary=True) from error
    except httpx.RequestError as error:
        host, what = error.request.url.host, str(error) or type(error).__name__
        raise FeedError(f"the connection to {host} failed: {what}", temporary=True) from error
