"""Connects to the very address that was checked, so that DNS cannot change its mind in between."""

import asyncio
import socket

import httpx

from activities.feeds.errors import FeedError
from domain.web_addresses import is_public

_SCHEMES = ("http", "https")
# A kept connection is known by its address only, and could be another host's on that address.
_NOTHING_KEPT = httpx.Limits(max_keepalive_connections=0)


class CheckedTransport(httpx.AsyncHTTPTransport):
    """Sends http(s) requests to public addresses only, or anywhere if `allow_private`.

    Every request is checked, so redirects are too. Environment proxies are not used. Raises
    `FeedError`, and httpx's errors of the connection.
    """

    def __init__(self, *, allow_private: bool, resolve_seconds: float) -> None:
        super().__init__(limits=_NOTHING_KEPT)
        self._allow_private = allow_private
        self._resolve_seconds = resolve_seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Try the host's addresses one after the other, as long as none can be connected to."""
        failure: httpx.TransportError | None = None
        for address in await self._addresses(request.url):
            try:
                return await super().handle_async_request(_sent_to(address, request))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or httpx.ConnectError("no address")

    async def _addresses(self, url: httpx.URL) -> list[str]:
        if url.scheme not in _SCHEMES:
            raise FeedError(f"the shop's server redirects to {url.scheme}, not to http or https")
        addresses = await self._resolved(url)
        private = [address for address in addresses if not is_public(address)]
        if private and not self._allow_private:
            raise FeedError(
                f"{private[0]}, the address of {url.host}, is a private address; "
                "set RESTOCK_ALLOW_PRIVATE_URLS=true to allow such feeds"
            )
        return addresses

    async def _resolved(self, url: httpx.URL) -> list[str]:
        host = url.raw_host.decode("ascii")
        resolver = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._resolve_seconds):
                found = await resolver.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FeedError(f"{url.host} does not resolve", temporary=True) from error
        # Each once, in the system's order of preference, and without the zone of a link-local one.
        return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def _sent_to(address: str, request: httpx.Request) -> httpx.Request:
    """The request for one address. The Host header and the certificate stay the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )
