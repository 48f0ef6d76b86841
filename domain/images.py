"""Image addresses as clients send them, and as a mail can show them."""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

# What an entry of a Postgres index can hold, with room to spare.
LONGEST_URL = 2048
_WIX_IMAGE = re.compile(r"wix:image://v1/(?P<id>[^/#?\s]+)(?:/[^#\s]*)?(?:#\S*)?")
_WIX_MEDIA = "https://static.wixstatic.com/media/"


def usable_image_url(address: str) -> str:
    """An http(s) URL for an http(s) URL or a `wix:image://v1/<id>/<name>#…` URI.

    Raises `ValueError` for anything else.
    """
    if match := _WIX_IMAGE.fullmatch(address):
        address = _WIX_MEDIA + quote(unquote(match["id"]), safe="~._-")
    return web_url(address)


def web_url(address: str) -> str:
    """`address`, if it is an absolute http(s) URL that a stranger may be shown.

    So it has no user and password in it. Raises `ValueError` otherwise.
    """
    if not address.isprintable() or " " in address:
        raise ValueError("must not contain spaces or control characters")
    if len(address.encode()) > LONGEST_URL:
        raise ValueError(f"must not be longer than {LONGEST_URL} bytes")
    # Browsers take a backslash for a slash, so they may see another host than Python does.
    if "\\" in address:
        raise ValueError("must not contain a backslash")
    parts = urlsplit(address)
    if (
        parts.scheme.lower() not in ("http", "https")
        or not parts.hostname
        or not _has_a_port(parts)
    ):
        raise ValueError("must be an http or https URL")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user or a password")
    return address


def shown_url(address: str) -> str:
    """`address`, if a mail may link to it; else nothing."""
    try:
        return web_url(address)
    except ValueError:
        return ""


def shown_image(address: str) -> str:
    """The image's address as a mail can show it; nothing where it cannot."""
    try:
        return usable_image_url(address)
    except ValueError:
        return ""


def _has_a_port(parts: SplitResult) -> bool:
    """Whether there is a port to connect to; reading it is what checks it."""
    try:
        return parts.port != 0
    except ValueError:
        return False
