"""Product feeds: where the products of each language are read from, and how that went."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, checked, wrong_in
from api.console.pages import done, fragment, page
from api.console.session import Signed, Visitor
from api.services import Served, Services
from api.voyado.feed_bodies import feed_address
from api.voyado.product_feeds import existing_feed, refresh_or_later, without_password
from domain.errors import (
    BodyTooLargeError,
    FeedNotFoundError,
    FeedWithoutUrlError,
    InvalidRequestError,
)
from domain.locales import Locale, a_locale
from domain.web_addresses import LONGEST_FEED_URL
from store.feeds import FeedSource
from store.records import Feed

router = APIRouter(prefix="/settings/feeds")

_HERE = f"{PREFIX}/settings/feeds"
_LONGEST_LOCALE = 100
# Browsers send files within a form, which is kept on disk before it is looked at.
_MOST_BYTES_OF_A_FORM = 513 * 1024**2
_CHUNK_BYTES = 1024**2
_LONGEST_CONTENT_TYPE = 255
_ONE_OF_TWO = "Give either an address or a file."


@router.get("")
async def show_feeds(
    request: Request, visitor: Signed, services: Served, locale: str = ""
) -> HTMLResponse:
    return await _feeds_page(request, visitor, services, locale[:_LONGEST_LOCALE])


@router.get("/now")
async def feeds_now(visitor: Signed, services: Served) -> HTMLResponse:
    """The feeds without the page's frame, for the script that brings them up to date."""
    feeds = await services.store.feeds.all(visitor.site)
    return fragment("settings/feeds_now.html", visitor, feeds=feeds, shown=without_password)


@router.post("", max_body_size=_MOST_BYTES_OF_A_FORM)
async def put_feed(
    request: Request,
    visitor: Signed,
    services: Served,
    locale: Annotated[str, Form(max_length=_LONGEST_LOCALE)] = "",
    url: Annotated[str, Form(max_length=2 * LONGEST_FEED_URL)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    accept_shrink: Annotated[bool, Form()] = False,
) -> Response:
    """Make or change the feed of a language, by its address or by a file."""
    wrong = Wrong()
    checked(wrong, "locale", a_locale, locale.strip() or " ")
    upload = file if file and file.filename else None
    if bool(url) == bool(upload):
        wrong["url"] = _ONE_OF_TWO
    source = FeedSource(locale=locale.strip(), accept_shrink=accept_shrink)
    feed = None if wrong else await _put(services, visitor.site, source, url.strip(), upload, wrong)
    if feed is None:
        return await _feeds_page(request, visitor, services, locale, url, wrong)
    await refresh_or_later(services, feed)
    said = f"Changed where the product feed {feed.shown_locale} is read from."
    await audit(services, visitor, said)
    return done(request, _HERE, f"The product feed {feed.shown_locale} is being read.")


@router.post("/{locale}/refresh")
async def refresh(
    request: Request,
    visitor: Signed,
    services: Served,
    locale: Locale,
    accept_shrink: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Read a feed from its address now; perhaps although most of its items are gone."""
    feed = await existing_feed(services, visitor.site, locale)
    if feed.url is None:
        raise FeedWithoutUrlError()
    await services.engine.refresh_feed(feed.site, feed.shown_locale, accept_shrink)
    how = ", although most items are gone" if accept_shrink else ""
    await audit(services, visitor, f"Had the product feed {feed.shown_locale} read{how}.")
    return done(request, _HERE, f"The product feed {feed.shown_locale} is being read.")


@router.post("/{locale}/delete")
async def delete(
    request: Request, visitor: Signed, services: Served, locale: Locale
) -> RedirectResponse:
    """Delete a feed with its products."""
    if not await services.store.feeds.delete(visitor.site, locale):
        raise FeedNotFoundError()
    await audit(services, visitor, f"Deleted the product feed {locale}.")
    return done(request, _HERE, f"The product feed {locale} and its products are deleted.")


async def _put(
    services: Services,
    site: str,
    source: FeedSource,
    url: str,
    upload: UploadFile | None,
    wrong: Wrong,
) -> Feed | None:
    """The feed as it is now; none, and a line in `wrong`, where its source cannot be taken."""
    settings, feeds = services.settings, services.store.feeds
    try:
        if upload is None:
            address = feed_address({"url": url}, settings.allow_private_urls)
            return (await feeds.put(site, replace(source, url=address)))[0]
        content_type = (upload.content_type or "")[:_LONGEST_CONTENT_TYPE]
        kept = replace(source, content_type=content_type)
        return (await feeds.save_upload(site, kept, _chunks(upload, settings.feed_max_bytes)))[0]
    except InvalidRequestError as error:
        wrong.update(wrong_in(error))
    except BodyTooLargeError as error:
        wrong["file"] = str(error)
    return None


async def _chunks(upload: UploadFile, most: int) -> AsyncIterator[bytes]:
    """A file, piece by piece. Raises `BodyTooLargeError` before the first where it is too long."""
    if upload.size is not None and upload.size > most:
        raise BodyTooLargeError(f"The file is larger than {most:,} bytes.")
    while chunk := await upload.read(_CHUNK_BYTES):
        yield chunk


async def _feeds_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    locale: str = "",
    url: str = "",
    wrong: Wrong | None = None,
) -> HTMLResponse:
    return page(
        request,
        visitor,
        "settings/feeds.html",
        status_code=400 if wrong else 200,
        feeds=await services.store.feeds.all(visitor.site),
        shown=without_password,
        locale=locale,
        url=url,
        wrong=wrong or Wrong(),
        most_bytes=services.settings.feed_max_bytes,
        minutes=services.settings.feed_interval.total_seconds() / 60,
    )
