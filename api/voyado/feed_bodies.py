"""What is sent to make a product feed: a URL, or the feed itself."""

import json
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import AfterValidator, Field, ValidationError

from api.fields import Model
from api.services import Services
from api.uploads import at_most
from api.violations import invalid_request
from domain.errors import (
    FieldViolation,
    InvalidRequestError,
    UnsupportedMediaTypeError,
)
from domain.text import Storable
from domain.web_addresses import LONGEST_FEED_URL, check_url, is_public
from store.feeds import FeedSource
from store.records import Feed

_JSON = "application/json"
_XML = """\
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><item>
<g:id>AD_0397_V_685_006_66</g:id><g:title>Blue Orchid</g:title><g:price>75.00 SEK</g:price>
<g:availability>in_stock</g:availability></item></channel></rss>"""
_TABLE = "id\ttitle\tprice\tavailability\nAD_0397_V_685_006_66\tBlue Orchid\t75.00 SEK\tin_stock\n"
_EXAMPLES: dict[str, Any] = {
    "application/xml": _XML,
    "text/xml": _XML,
    "application/rss+xml": _XML,
    "application/atom+xml": _XML,
    "text/tab-separated-values": _TABLE,
    "text/plain": _TABLE,
    "application/gzip": None,
    "application/octet-stream": None,
}
_LONGEST_JSON = 10_000
_LONGEST_CONTENT_TYPE = 255


class UrlBody(Model):
    """Where a feed is read from. It may hold a user and a password."""

    url: Annotated[
        str,
        AfterValidator(check_url),
        Storable,
        Field(
            json_schema_extra={
                "format": "uri",
                "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://",
                "maxLength": LONGEST_FEED_URL,
            }
        ),
    ]


def _documented() -> dict[str, Any]:
    url = {"url": "https://shop.example.com/feeds/sv-SE.xml"}
    content = {_JSON: {"schema": UrlBody.model_json_schema(), "example": url}}
    for kind, example in _EXAMPLES.items():
        content[kind] = {"schema": {"type": "string", "format": "binary"}}
        content[kind] |= {"example": example} if example else {}
    return {
        "requestBody": {
            "required": True,
            "description": "Where to read the feed, as JSON; or the feed itself. What it is "
            "written in is told by its content.",
            "content": content,
        }
    }


DOCUMENTED_BODY = _documented()
"""The bodies of `put_feed`, for the OpenAPI document."""


async def put_feed(
    services: Services, site: str, source: FeedSource, request: Request
) -> tuple[Feed, bool]:
    """Make or change the feed that `source` begins to describe, and the body goes on with.

    Returns it, and whether it is new. Raises `InvalidRequestError`, `BodyTooLargeError` and
    `UnsupportedMediaTypeError`.
    """
    content_type = request.headers.get("Content-Type", "")[:_LONGEST_CONTENT_TYPE]
    kind = content_type.partition(";")[0].strip().lower()
    feeds = services.store.feeds
    if kind == _JSON:
        url = await _url(request, services.settings.allow_private_urls)
        return await feeds.put(site, replace(source, url=url))
    if kind not in _EXAMPLES:
        raise UnsupportedMediaTypeError(f"Send {_JSON}, or a feed as {', '.join(_EXAMPLES)}.")
    chunks = at_most(services.settings.feed_max_bytes, request)
    return await feeds.save_upload(site, replace(source, content_type=content_type), chunks)


async def _url(request: Request, allow_private: bool) -> str:
    body = b"".join([chunk async for chunk in at_most(_LONGEST_JSON, request)])
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequestError(
            FieldViolation("", "The body is not valid JSON.", "FORMAT")
        ) from None
    return feed_address(sent, allow_private)


def feed_address(sent: Any, allow_private: bool) -> str:
    """The address in a `UrlBody` that was sent. Raises `InvalidRequestError`."""
    try:
        url = UrlBody.model_validate(sent).url
    except ValidationError as error:
        raise invalid_request(error.errors()) from None
    if not allow_private and _is_private(url):
        reason = "is in a private network; RESTOCK_ALLOW_PRIVATE_URLS=true allows that"
        raise InvalidRequestError(FieldViolation("url", reason, "PRIVATE_ADDRESS"))
    return url


def _is_private(url: str) -> bool:
    """Whether the host is an address of a private network. Names are looked up when read."""
    try:
        return not is_public(urlsplit(url).hostname or "")
    except ValueError:
        return False
