"""Feeds in trouble: nothing changes, and the owner hears of it once, and once when it is over."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from feed_shop import FeedOwner, FeedServer, feed_server, items, owner_of_four, rss
from shop import Shop, eventually
from shoppers import address, part
from smtp_sink import SmtpSink
from temporalio.client import Client


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


@pytest.fixture
async def owner(shop: Shop, temporal: Client, server: FeedServer) -> FeedOwner:
    return await owner_of_four(shop, temporal, server)


async def mails_to_owner(owner: FeedOwner, sink: SmtpSink) -> list[str]:
    notice = await owner.shop.store.inbox.site_notice(owner.shop.site)
    assert notice
    assert notice.owner_email
    return [mail["Subject"] for mail in sink.to(notice.owner_email)]


async def test_a_failing_server_changes_nothing_and_is_told_once(
    owner: FeedOwner, server: FeedServer, sink: SmtpSink
) -> None:
    server.status, server.etag = 404, ""
    for _ in range(2):
        assert "404" in await owner.refresh()
    feed = await owner.feed()
    assert (feed["state"], feed["items"]) == ("failed", 4)
    assert "404" in feed["trouble"]
    assert set(await owner.products()) == {"a", "b", "c", "d"}
    assert await owner.inbox() == [f"Product feed sv-SE: {feed['trouble']}"]
    assert await mails_to_owner(owner, sink) == ["Product feed sv-SE could not be taken over"]


async def test_a_feed_that_is_read_again_is_told_once(
    owner: FeedOwner, server: FeedServer, sink: SmtpSink
) -> None:
    server.status = 404
    server.etag = ""
    await owner.refresh()
    server.status, server.content = 200, rss(items("a", "b", "c"))
    for _ in range(2):
        assert await owner.refresh() == "3 items, 3 in stock"
    feed = await owner.feed()
    assert (feed["state"], feed["trouble"]) == ("ok", "")
    assert (await owner.inbox())[:-1] == ["Product feed sv-SE: read again: 3 items, 3 in stock"]
    assert await mails_to_owner(owner, sink) == [
        "Product feed sv-SE could not be taken over",
        "Product feed sv-SE is read again",
    ]


async def test_trouble_that_is_over_before_anything_changed_is_over(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.status, server.etag = 404, ""
    await owner.refresh()
    server.status, server.etag = 200, '"four"'
    assert await owner.refresh() == "4 items, 4 in stock"
    assert (await owner.feed())["state"] == "ok"
    assert "read again" in (await owner.inbox())[0]


async def test_a_server_that_hiccups_is_asked_again_before_the_owner_hears(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.status, server.etag = 503, ""
    before = len(server.asked)
    refreshing = asyncio.create_task(owner.refresh())

    async def was_asked() -> bool:
        return len(server.asked) > before

    await eventually(was_asked, "the feed to be asked for")
    server.status = 200
    assert await refreshing == "4 items, 4 in stock"
    assert await owner.inbox() == []


async def test_a_server_that_stays_away_is_given_up_for_this_time(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.status, server.etag = 503, ""
    before = len(server.asked)
    assert "503" in await owner.refresh()
    assert len(server.asked) - before == 3
    assert (await owner.feed())["state"] == "failed"


async def test_a_feed_that_is_cut_short_changes_nothing(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.content, server.etag = rss(items("a", "b", "c", "d", "e"))[:-40], '"cut"'
    await owner.refresh()
    feed = await owner.feed()
    assert (feed["state"], feed["items"]) == ("failed", 4)
    assert set(await owner.products()) == {"a", "b", "c", "d"}


async def test_a_feed_that_shrinks_changes_nothing_until_that_is_accepted(
    owner: FeedOwner, server: FeedServer, sink: SmtpSink
) -> None:
    server.content, server.etag = rss(items("d", "e")), '"short"'
    for _ in range(2):
        await owner.refresh()
    feed = await owner.feed()
    assert (feed["state"], feed["items"]) == ("suspicious", 4)
    assert feed["trouble"] == (
        "3 of 4 items are gone, so nothing was changed; if that is right, "
        "refresh it with acceptShrink=true"
    )
    assert set(await owner.products()) == {"a", "b", "c", "d"}
    assert await owner.inbox() == [f"Product feed sv-SE: {feed['trouble']}"]
    assert len(await mails_to_owner(owner, sink)) == 1
    said = await owner.refresh(acceptShrink="true")
    assert said == "2 items, 2 in stock; 1 turned in stock"
    assert set(await owner.products()) == {"d", "e"}
    assert "read again" in (await owner.inbox())[0]


async def test_half_of_the_items_may_go(owner: FeedOwner, server: FeedServer) -> None:
    server.content, server.etag = rss(items("a", "b")), '"two"'
    assert await owner.refresh() == "2 items, 2 in stock"


async def test_an_empty_feed_is_suspicious_where_there_were_items(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.content, server.etag = rss({}), '"none"'
    assert "4 of 4 items are gone" in await owner.refresh()
    assert await owner.refresh(acceptShrink="true") == "0 items, 0 in stock"
    server.content, server.etag = rss({}), '"none again"'
    assert await owner.refresh() == "0 items, 0 in stock"


async def test_an_upload_that_shrinks_is_to_be_uploaded_again(owner: FeedOwner) -> None:
    said = await owner.upload(rss(items("d")))
    assert "upload it again with acceptShrink=true" in said
    assert (await owner.feed())["state"] == "suspicious"
    assert await owner.upload(rss(items("d")), acceptShrink="true") == "1 item, 1 in stock"


async def test_a_first_feed_without_items_is_a_failure(
    shop: Shop, temporal: Client, server: FeedServer
) -> None:
    owner, server.content = FeedOwner(shop, temporal, "pl-PL"), rss({"": {"title": "Orchid"}})
    await owner.put_url(server.url)
    assert "no usable items" in await owner.was_read()
    assert (await owner.feed())["state"] == "failed"
    assert len(await owner.inbox()) == 1


async def test_the_notice_says_what_is_wrong(
    owner: FeedOwner, server: FeedServer, sink: SmtpSink, shop: Shop
) -> None:
    server.content, server.etag = b"<html><title>Maintenance</title>", '"html"'
    await owner.refresh()
    trouble = (await owner.feed())["trouble"]
    notice = await shop.store.inbox.site_notice(shop.site)
    assert notice
    assert notice.owner_email
    [mail] = sink.to(notice.owner_email)
    for subtype in ("plain", "html"):
        assert trouble in part(mail, subtype)


async def test_with_notices_off_trouble_stands_in_the_inbox_alone(
    owner: FeedOwner, server: FeedServer, sink: SmtpSink
) -> None:
    await owner.shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    server.status, server.etag = 404, ""
    await owner.refresh()
    assert len(await owner.inbox()) == 1
    assert await mails_to_owner(owner, sink) == []


async def test_an_owner_who_cannot_be_reached_holds_no_reading_up(
    owner: FeedOwner, server: FeedServer, shop: Shop
) -> None:
    await shop.store.sites.change(shop.site, owner_email=address("later9"))
    server.status, server.etag = 404, ""
    await shop.call("POST", f"{owner.path}/refresh")
    await eventually(lambda: state_is(owner, "failed"), "the failure")
    server.status = 200
    await shop.call("POST", f"{owner.path}/refresh")
    await eventually(lambda: state_is(owner, "ok"), "the feed to be read again")
    assert len(await owner.inbox()) in (1, 2)


async def state_is(owner: FeedOwner, state: str) -> bool:
    return bool((await owner.feed())["state"] == state)
