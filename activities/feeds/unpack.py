"""Takes gzip off a stream, as often as it was put on, within bounds.

gzip is known by its first bytes: shops serve `.gz` files without saying so, and servers put
another gzip around them (Content-Encoding).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from activities.feeds.errors import FeedError
from activities.feeds.limits import Limits

_MAGIC = b"\x1f\x8b"
_MOST_LAYERS = 2
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_PIECE = 64 * 1024
# Feeds shrink to a tenth or a thirtieth. Deflate reaches a thousandth, but not with products.
_MOST_RATIO = 300
_UNSUSPICIOUS = 16 * 1024**2


class Unpacker:
    """Bytes as they came in, plain bytes out; bytes that are not gzip pass as they are."""

    def __init__(self, limits: Limits) -> None:
        self._gauge = _Gauge(limits.bytes)
        self._layer = _Layer(self._gauge, _MOST_LAYERS)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The bytes that `chunk` unpacks to, in pieces.

        Raises `FeedError` for broken gzip, and for more bytes than a feed may have.
        """
        self._gauge.count_packed(len(chunk))
        return self._layer.feed(chunk)

    def close(self) -> Iterator[bytes]:
        """The bytes still held back. Raises `FeedError` where gzip ends early."""
        return self._layer.close()


@dataclass
class _Gauge:
    most: int
    packed: int = 0
    unpacked: int = 0

    def count_packed(self, count: int) -> None:
        self.packed += count
        self._check(self.packed)

    def count_unpacked(self, count: int) -> None:
        self.unpacked += count
        self._check(self.unpacked)
        if self.unpacked > max(_UNSUSPICIOUS, _MOST_RATIO * self.packed):
            raise FeedError(f"the feed unpacks to more than {_MOST_RATIO} times its size")

    def _check(self, count: int) -> None:
        if count > self.most:
            raise FeedError(f"the feed is larger than {self.most:,} bytes")


class _Layer:
    """A stream that is gzip, with a layer of its own inside, or is not."""

    def __init__(self, gauge: _Gauge, layers_allowed: int) -> None:
        self._gauge = gauge
        self._layers_allowed = layers_allowed
        self._head = b""
        self._plain = False
        self._gzip: _Gzip | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._gzip:
            yield from self._gzip.feed(chunk)
        elif self._plain:
            yield chunk
        else:
            self._head += chunk
            if len(self._head) >= len(_MAGIC):
                yield from self._decide()

    def close(self) -> Iterator[bytes]:
        if self._gzip:
            yield from self._gzip.close()
        elif not self._plain:
            yield self._head

    def _decide(self) -> Iterator[bytes]:
        if not self._head.startswith(_MAGIC):
            self._plain = True
        elif self._layers_allowed:
            self._gzip = _Gzip(self._gauge, _Layer(self._gauge, self._layers_allowed - 1))
        else:
            raise FeedError("the feed is gzip in gzip in gzip")
        yield from self.feed(self._head)
        self._head = b""


class _Gzip:
    """One or more gzip members in a row (RFC 1952 2.2), perhaps padded with zeros."""

    def __init__(self, gauge: _Gauge, inner: _Layer) -> None:
        self._gauge = gauge
        self._inner = inner
        self._member = zlib.decompressobj(_GZIP_FORMAT)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member.eof:
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    return
                self._member = zlib.decompressobj(_GZIP_FORMAT)
            yield from self._unpack(chunk)
            chunk = self._member.unused_data

    def close(self) -> Iterator[bytes]:
        if not self._member.eof:
            raise FeedError("the feed's gzip ends early")
        yield from self._inner.close()

    def _unpack(self, chunk: bytes) -> Iterator[bytes]:
        while piece := self._decompress(chunk):
            self._gauge.count_unpacked(len(piece))
            yield from self._inner.feed(piece)
            chunk = self._member.unconsumed_tail

    def _decompress(self, chunk: bytes) -> bytes:
        if self._member.eof:
            return b""
        try:
            return self._member.decompress(chunk, _PIECE)
        except zlib.error as error:
            raise FeedError("the feed's gzip is broken") from error
