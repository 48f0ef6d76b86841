"""Reads a product feed as its bytes come in, and keeps no more of it than the item at hand."""

from collections.abc import Iterable
from datetime import datetime

from activities.feeds.attributes import ItemReading, read_item
from activities.feeds.detect import Feed, opened
from activities.feeds.errors import FeedError
from activities.feeds.limits import Limits
from activities.feeds.unpack import Unpacker
from domain.products import Product

_PIECE = 64 * 1024
_MOST_PROBLEMS = 20
_USUAL_LIMITS = Limits()


class FeedReader:
    """Takes the bytes of an RSS 2.0, Atom 1.0 or tab-separated feed, gzip or not, in any chunks.

    `items` counts the items met so far, `skipped` those that cannot be used. `problems` has, for
    the first 20 items with one, what is wrong: `item 17 (sku X): price 'abc' is not a price`.
    A feed may give an id twice: both products are returned, in the feed's order.
    """

    def __init__(
        self,
        content_type: str = "",
        *,
        now: datetime,
        limits: Limits = _USUAL_LIMITS,
    ) -> None:
        """`content_type` is HTTP's, for its charset. `now` has a zone, and decides on sales."""
        self.items = 0
        self.skipped = 0
        self.problems: list[str] = []
        self._content_type = content_type
        self._now = now
        self._limits = limits
        self._unpacker = Unpacker(limits)
        self._waiting = bytearray()
        self._feed: Feed | None = None

    def feed(self, chunk: bytes) -> list[Product]:
        """The products that are complete by now, in the feed's order.

        Raises `FeedError` as soon as the feed cannot be trusted; nothing of it may be used then.
        """
        return [product for piece in self._pieces(chunk) for product in self._products(piece)]

    def close(self) -> list[Product]:
        """The last products. Raises `FeedError` where the feed ends early."""
        for piece in self._unpacker.close():
            self._waiting += piece
        head = bytes(self._waiting)
        products = self._products(head) if head else []
        if not self._feed:
            raise FeedError("the feed is empty")
        return products + self._made(self._feed.close())

    def _pieces(self, chunk: bytes) -> Iterable[bytes]:
        """Pieces large enough to tell the format by, and to be worth a parser's call."""
        for piece in self._unpacker.feed(chunk):
            self._waiting += piece
            if len(self._waiting) >= _PIECE:
                yield bytes(self._waiting)
                self._waiting.clear()

    def _products(self, piece: bytes) -> list[Product]:
        if not self._feed:
            self._feed, piece = opened(piece, self._content_type, self._limits)
        return self._made(self._feed.feed(piece))

    def _made(self, items: list[dict[str, str]]) -> list[Product]:
        readings = [self._counted(read_item(attributes, self._now)) for attributes in items]
        return [reading.product for reading in readings if reading.product]

    def _counted(self, reading: ItemReading) -> ItemReading:
        self.items += 1
        if self.items > self._limits.items:
            raise FeedError(f"the feed has more than {self._limits.items:,} items")
        self.skipped += reading.product is None
        if reading.problems and len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(reading.complaint(self.items))
        return reading
