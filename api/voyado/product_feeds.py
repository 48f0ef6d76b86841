"""`product-feeds`: where the products of each locale are read from, and how that went."""

import logging
from typing import Annotated, Self
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import voyado
from api.auth import Owner, OwnerOrInventory
from api.body_limits import MOST_BYTES_OF_A_FEED
from api.fields import Model
from api.reference import followed_by, problem_replies
from api.services import Served, Services
from api.voyado.feed_bodies import DOCUMENTED_BODY, put_feed
from api.voyado.fields import Shown
from domain.errors import (
    BodyTooLargeError,
    EngineUnavailableError,
    FeedNotFoundError,
    FeedWithoutUrlError,
    UnsupportedMediaTypeError,
)
from domain.feeds import FeedState
from domain.locales import Locale
from store.feeds import FeedSource
from store.records import Feed

log = logging.getLogger("restock.api")
router = APIRouter(prefix="/product-feeds", tags=["Voyado: product feeds"])

AcceptShrink = Annotated[
    bool,
    Query(
        alias="acceptShrink",
        description="Take the feed over even where more than half of the known items are gone.",
    ),
]


class FeedBody(Model):
    """A product feed, and how the last reading of it ended."""

    locale: str
    url: str | None = Field(description="Without its password; null where it was uploaded.")
    state: FeedState = Field(
        description="`pending` until it was read; `failed` and `suspicious` change no product."
    )
    trouble: str = Field(description="Why the last reading changed nothing; mostly empty.")
    items: int
    in_stock: int
    skipped: int = Field(description="How many items could not be used.")
    problems: list[str] = Field(description="What was wrong with the first of those.")
    checked_on: Shown | None = Field(description="When it was last looked at.")
    imported_on: Shown | None = Field(description="When its content was last taken over.")

    @classmethod
    def of(cls, feed: Feed) -> Self:
        return cls(
            locale=feed.shown_locale,
            url=feed.url and without_password(feed.url),
            state=feed.state,
            trouble=feed.trouble,
            items=feed.items,
            in_stock=feed.in_stock,
            skipped=feed.skipped,
            problems=list(feed.problems),
            checked_on=feed.checked_date,
            imported_on=feed.imported_date,
        )


class FeedsReply(Model):
    """All product feeds, the oldest first."""

    data: list[FeedBody]


@router.put(
    "/{locale}",
    summary="Make or replace the product feed of a locale",
    status_code=201,
    max_body_size=MOST_BYTES_OF_A_FEED,
    responses={
        200: {"model": FeedBody, "description": "The feed was there before."},
        **problem_replies(BodyTooLargeError, UnsupportedMediaTypeError),
        **followed_by(
            201,
            "locale",
            "$request.path.locale",
            "getProductFeed",
            "refreshProductFeed",
            "deleteProductFeed",
        ),
    },
    openapi_extra=DOCUMENTED_BODY,
)
async def put_product_feed(
    locale: Locale,
    caller: Owner,
    services: Served,
    request: Request,
    response: Response,
    accept_shrink: AcceptShrink = False,
) -> FeedBody:
    """Have a Google Merchant feed read: RSS 2.0, Atom 1.0 or tab-separated, plain or gzip.

    It is read at once, and from a URL again every 15 minutes. The first reading only notes what
    there is; from then on, what turns `in_stock` is announced to those who wait for it.
    """
    source = FeedSource(locale=locale, accept_shrink=accept_shrink)
    feed, is_new = await put_feed(services, caller.site, source, request)
    await refresh_or_later(services, feed)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"{voyado.PREFIX}{router.prefix}/{feed.shown_locale}"
    return FeedBody.of(feed)


@router.post(
    "/{locale}/refresh",
    summary="Read a product feed now",
    status_code=202,
    responses=problem_replies(FeedNotFoundError, FeedWithoutUrlError),
)
async def refresh_product_feed(
    locale: Locale,
    caller: OwnerOrInventory,
    services: Served,
    accept_shrink: AcceptShrink = False,
) -> FeedBody:
    """Read a feed from its URL now, without waiting for the next time."""
    feed = await existing_feed(services, caller.site, locale)
    if feed.url is None:
        raise FeedWithoutUrlError()
    await services.engine.refresh_feed(feed.site, feed.shown_locale, accept_shrink)
    return FeedBody.of(feed)


@router.get("", summary="List the product feeds")
async def list_product_feeds(caller: Owner, services: Served) -> FeedsReply:
    """The product feeds of all locales."""
    feeds = await services.store.feeds.all(caller.site)
    return FeedsReply(data=[FeedBody.of(feed) for feed in feeds])


@router.get("/{locale}", summary="Get a product feed", responses=problem_replies(FeedNotFoundError))
async def get_product_feed(locale: Locale, caller: Owner, services: Served) -> FeedBody:
    """The product feed of a locale, and how the last reading of it ended."""
    return FeedBody.of(await existing_feed(services, caller.site, locale))


@router.delete(
    "/{locale}",
    summary="Delete a product feed",
    status_code=204,
    responses=problem_replies(FeedNotFoundError),
)
async def delete_product_feed(locale: Locale, caller: Owner, services: Served) -> None:
    """Delete a feed with its products."""
    if not await services.store.feeds.delete(caller.site, locale):
        raise FeedNotFoundError()


async def refresh_or_later(services: Services, feed: Feed) -> None:
    """Have a feed read that was made or changed; where Temporal is away, at the next poll."""
    try:
        await services.engine.refresh_feed(feed.site, feed.shown_locale)
    except EngineUnavailableError:
        # The feed is kept; the next poll has it read when Temporal is back.
        log.warning("refresh_postponed", extra={"site": feed.site, "locale": feed.locale})


async def existing_feed(services: Services, site: str, locale: str) -> Feed:
    """Raises `FeedNotFoundError`."""
    feed = await services.store.feeds.get(site, locale)
    if feed is None:
        raise FeedNotFoundError()
    return feed


def without_password(url: str) -> str:
    """A feed's address as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()
