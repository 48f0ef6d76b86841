"""Reads RSS 2.0 and Atom feeds piece by piece, without building a tree.

The parser reports what it meets, and only the item at hand is kept. A DOCTYPE is refused whatever
is in it: entities are declared there, and no product feed needs one.
"""

from typing import Any

from lxml import etree

from activities.feeds.errors import FeedError
from activities.feeds.limits import Limits
from activities.feeds.xml_items import XmlItems


class XmlFeed:
    """Bytes in, items out: each as clean texts by attribute name."""

    def __init__(self, limits: Limits, encoding: str | None = None, lines_before: int = 0) -> None:
        """`encoding`, where the document shall not say so itself; `lines_before` were cut off."""
        self._items = XmlItems(limits.item_length)
        self._lines_before = lines_before
        # The stubs have every target take bytes too; lxml gives it text only.
        target: Any = self._items
        self._parser = etree.XMLParser(
            target=target,
            encoding=encoding,
            huge_tree=False,
            no_network=True,
            recover=False,
            resolve_entities=False,
        )

    def feed(self, piece: bytes) -> list[dict[str, str]]:
        """The items that end in `piece`. Raises `FeedError`."""
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise self._not_well_formed(error.lineno, error.msg) from error
        self._refuse_undeclared_prefix()
        return self._items.take()

    def close(self) -> list[dict[str, str]]:
        """The last items. Raises `FeedError` for a feed that ends early."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._not_well_formed(error.lineno, error.msg) from error
        return self._items.take()

    def _refuse_undeclared_prefix(self) -> None:
        """lxml drops such a prefix, and anybody's attribute would pass for the item's own."""
        for entry in self._parser.feed_error_log.filter_from_errors():
            raise self._not_well_formed(entry.line, entry.message)

    def _not_well_formed(self, line: int | None, message: str | None) -> FeedError:
        what = (message or "broken").strip().partition(", line ")[0]
        where = f" (line {line + self._lines_before})" if line else ""
        return FeedError(f"the feed is not whole, well-formed XML{where}: {what}")
