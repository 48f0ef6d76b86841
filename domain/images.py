"""Image addresses as clients send them, and as a mail can show them."""

import re
from urllib.parse import quote, unquote, urlsplit

# What an entry of a Postgres index can hold, with room to spare.
_LONGEST = 2048
_WIX_IMAGE = re.compile(r"wix:image://v1/(?P<id>[^/#?\s]+)(?:/[^#\s]*)?(?:#\S*)?")
_WIX_MEDIA = "https://static.wixstatic.com/media/"


def usable_image_url(address: str) -> str:
    """An http(s) URL for an http(s) URL or a `wix:image://v1/<id>/<name>#…` URI.

    Raises `ValueError` for anything else.
    """
    if match := _WIX_IMAGE.fullmatch(address):
        return _WIX_MEDIA + quote(unquote(match["id"]), safe="~._-")
    return web_url(address)


def web_url(address: str) -> str:
    """`address`, if it is an absolute http(s) URL. Raises `ValueError` otherwise."""
    if len(address.encode()) > _LONGEST:
        raise ValueError(f"must not be longer than {_LONGEST} bytes")
    if not address.isprintable() or " " in address:
        raise ValueError("must not contain spaces or control characters")
    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return address
