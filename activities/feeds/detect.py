"""Tells by a feed's first bytes what it is written in."""

import codecs
import re

from activities.feeds.errors import FeedError
from activities.feeds.limits import Limits
from activities.feeds.tabular_feed import TabularFeed
from activities.feeds.xml_feed import XmlFeed
from activities.feeds.xml_items import HTML_PAGE

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_16_XML = (b"<\0", b"\0<")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]{1,40})", re.IGNORECASE)
# What Python and libxml2 both call so. Other charsets of a Content-Type are not believed, and
# UTF-16 is known without.
_ENCODINGS = {"ascii", "cp1250", "cp1251", "cp1252", "utf-8"}
_ENCODINGS |= {f"iso8859-{part}" for part in (1, 2, 5, 7, 9, 13, 15)}
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\b")
# PHP shops print blank lines in front of everything. A tab would be a column without a name.
_BLANK = re.compile(rb"[\r\n ]*")

Feed = XmlFeed | TabularFeed


def opened(head: bytes, content_type: str, limits: Limits) -> tuple[Feed, bytes]:
    """A reader for the feed that begins with `head`, and the bytes to begin with.

    The encoding is that of a byte order mark, else of the XML declaration, else of the charset in
    `content_type`, else UTF-8. Raises `FeedError` for what is no feed.
    """
    if head.startswith(_UTF_16_XML):
        return XmlFeed(limits), head
    if head.startswith(_UTF_16_MARKS):
        return _opened_utf_16(head, limits), head
    encoding = _charset(content_type)
    if head.startswith(codecs.BOM_UTF8):
        head, encoding = head.removeprefix(codecs.BOM_UTF8), "utf-8"
    elif _XML_ENCODING.match(head.lstrip()):
        encoding = None
    blank = _BLANK.match(head)
    start = blank.end() if blank else 0
    return _opened_text(head[start:], encoding, limits, head.count(b"\n", 0, start)), head[start:]


def _opened_utf_16(head: bytes, limits: Limits) -> Feed:
    text = head.decode("utf-16", errors="ignore")
    return XmlFeed(limits) if text.startswith("<") else TabularFeed(limits, "utf-16")


def _opened_text(head: bytes, encoding: str | None, limits: Limits, lines_before: int) -> Feed:
    if not head:
        raise FeedError("the feed is empty")
    if _HTML.match(head):
        raise FeedError(HTML_PAGE)
    if head.startswith(b"<"):
        return XmlFeed(limits, encoding, lines_before)
    return TabularFeed(limits, encoding or "utf-8", lines_before)


def _charset(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    try:
        name = codecs.lookup(match[1]).name if match else ""
    except LookupError:
        return None
    return name if name in _ENCODINGS else None
