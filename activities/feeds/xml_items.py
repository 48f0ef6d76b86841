"""Picks the items out of RSS and Atom, from what an XML parser reports.

Attributes are the elements of Google's namespace, under any prefix, and those of RSS or Atom
itself, such as `title` and `link`. Other vendors' are passed by. What Google nests is flattened:
`g:country` in `g:shipping` is `shipping.country`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activities.feeds.attributes import attribute_name
from activities.feeds.errors import FeedError
from activities.feeds.item_texts import Field, ItemTexts

HTML_PAGE = "this is an HTML page, not a product feed"
_GOOGLE = "base.google.com/ns/1.0"
_ITEM_OF_ROOT = {"rss": "item", "feed": "entry"}
# The parser keeps every name it has met. Google's attributes are about 150.
_MOST_NAMES = 5000
# Google nests one level deep, and descriptions hold some HTML. Names grow with each level.
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class _Name:
    namespace: str
    local: str
    attribute: str
    is_google: bool


class XmlItems:
    """The target of an lxml parser: what the parser calls, in lxml's names."""

    def __init__(self, longest_item: int) -> None:
        """`longest_item` is in characters."""
        self._longest_item = longest_item
        self._found: list[dict[str, str]] = []
        self._names: dict[str, _Name] = {}
        self._own_namespace = ""
        self._item_tag = ""
        self._item: ItemTexts | None = None
        self._item_length = 0
        # The elements open in the item. One that belongs to no attribute has None; one within an
        # attribute, such as <br/>, has that attribute's field.
        self._open: list[Field | None] = []

    def take(self) -> list[dict[str, str]]:
        """The items that have ended since the last call: clean texts by attribute name."""
        found, self._found = self._found, []
        return found

    def doctype(self, name: str, public_id: str | None, system_id: str | None) -> None:
        if name.lower() == "html":
            raise FeedError(HTML_PAGE)
        raise FeedError("the feed has a DOCTYPE, which could declare entities: leave it out")

    def start_ns(self, prefix: str, namespace: str) -> None:
        self._name(prefix)
        self._name(namespace)

    def pi(self, target: str, data: str | None = None) -> None:
        self._name(target)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = self._name(tag)
        for attribute in attributes:
            self._name(attribute)
        if self._item is not None:
            if len(self._open) == _DEEPEST:
                raise FeedError(f"an item is nested more than {_DEEPEST} levels deep")
            self._open.append(self._field(name, attributes))
        elif not self._item_tag:
            self._start_root(name)
        elif tag == self._item_tag:
            self._item = ItemTexts()
            self._item_length = 0

    def data(self, text: str) -> None:
        if self._item is None:
            return
        self._item_length += len(text)
        if self._item_length > self._longest_item:
            raise FeedError(f"an item is longer than {self._longest_item:,} characters")
        if self._open and (field := self._open[-1]):
            field.add(text)

    def end(self, tag: str) -> None:
        if self._item is None:
            return
        if self._open:
            self._end_element(self._item, self._open.pop())
        else:
            self._found.append(self._item.attributes())
            self._item = None

    def close(self) -> None:
        """The parser calls this at the end of the document, or at its first fault."""

    def _name(self, tag: str) -> _Name:
        """The parts of lxml's `{namespace}local`, of which a feed may have only so many."""
        if known := self._names.get(tag):
            return known
        if len(self._names) == _MOST_NAMES:
            raise FeedError(f"the feed has more than {_MOST_NAMES:,} different names")
        namespace, _, local = tag.rpartition("}")
        namespace = namespace.removeprefix("{")
        self._names[tag] = _Name(namespace, local, attribute_name(local), _is_google(namespace))
        return self._names[tag]

    def _start_root(self, root: _Name) -> None:
        if root.local.lower() == "html":
            raise FeedError(HTML_PAGE)
        if root.local not in _ITEM_OF_ROOT:
            raise FeedError(f"the feed is neither RSS nor Atom: its root is <{root.local[:40]}>")
        item = _ITEM_OF_ROOT[root.local]
        self._own_namespace = root.namespace
        self._item_tag = f"{{{root.namespace}}}{item}" if root.namespace else item

    def _field(self, name: _Name, attributes: Mapping[str, str]) -> Field | None:
        if self._open:
            return _field_within(self._open[-1], name)
        if name.is_google:
            return Field(name.attribute)
        if name.namespace in ("", self._own_namespace):
            return _own_field(name.attribute, attributes)
        return None

    def _end_element(self, item: ItemTexts, field: Field | None) -> None:
        if field and not (self._open and self._open[-1] is field):
            item.keep(field)


def _is_google(namespace: str) -> bool:
    """Also as `https://…` and with a slash at the end, which shops write too."""
    return namespace.lower().partition("://")[2].rstrip("/") == _GOOGLE


def _field_within(outer: Field | None, name: _Name) -> Field | None:
    if outer and name.is_google:
        return Field(f"{outer.name}.{name.attribute}", outer.of_google)
    return outer


def _own_field(name: str, attributes: Mapping[str, str]) -> Field | None:
    field = Field(name, of_google=False)
    if name == "link" and "href" in attributes:
        # Atom's (RFC 4287 4.2.7): the product's page is the alternate, also where that is not said.
        if attributes.get("rel", "alternate") != "alternate":
            return None
        field.add(attributes["href"])
    return field
