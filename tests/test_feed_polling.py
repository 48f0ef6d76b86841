"""Feeds that are read from URLs, again and again, when somebody asks and when nobody does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from conftest import RunningWorker
from feed_shop import FeedOwner, FeedServer, feed_server, items, owner_of_four, rss
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, ScheduleHandle

from api.app import create_app
from api.services import Services
from domain.contracts import TASK_QUEUE
from domain.feeds import FeedInput
from domain.ids import feed_workflow_id
from domain.settings import Settings
from workflows.converter import data_converter
from workflows.engine import Engine
from workflows.product_feed import FeedPoll, ProductFeed
from workflows.schedules import ensure_schedules


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


@pytest.fixture
async def owner(shop: Shop, temporal: Client, server: FeedServer) -> FeedOwner:
    return await owner_of_four(shop, temporal, server)


async def test_what_is_as_it_was_is_not_read_again(owner: FeedOwner, server: FeedServer) -> None:
    before = await owner.feed()
    assert await owner.refresh() == "4 items, 4 in stock"
    assert server.asked[-1]["If-None-Match"] == '"four"'
    after = await owner.feed()
    assert after | {"checkedOn": before["checkedOn"]} == before
    assert after["checkedOn"] >= before["checkedOn"]


async def test_what_is_new_is_read_and_announced(
    owner: FeedOwner, server: FeedServer, shop: Shop
) -> None:
    request_id = await shop.ask(address(), "e")
    server.content, server.etag = rss(items("a", "b", "c", "d", "e")), '"five"'
    assert await owner.refresh() == "5 items, 5 in stock; 1 turned in stock"
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_another_url_is_not_asked_for_what_is_new_there(
    owner: FeedOwner, server: FeedServer
) -> None:
    await owner.put_url(f"{server.url}?other")
    await owner.was_read()
    assert "If-None-Match" not in server.asked[-1]


async def test_what_is_asked_for_during_a_reading_is_read_after_it(
    owner: FeedOwner, server: FeedServer
) -> None:
    server.gate.clear()
    before = len(server.asked)
    reading = asyncio.create_task(owner.refresh())

    async def asked() -> bool:
        return len(server.asked) > before

    await eventually(asked, "the first reading")
    server.content, server.etag = rss(items("a", "b", "c")), '"three"'
    for _ in range(3):
        await owner.shop.call("POST", f"{owner.path}/refresh")
    server.gate.set()
    assert await reading == "3 items, 3 in stock"
    assert len(server.asked) - before == 2


async def test_a_new_url_during_a_reading_is_what_counts(
    owner: FeedOwner, server: FeedServer
) -> None:
    async with feed_server() as other:
        other.content = rss(items("a", "b", "c", "z"))
        server.gate.clear()
        server.content, server.etag = rss(items("a", "b", "c", "y")), '"late"'
        before = len(server.asked)
        reading = asyncio.create_task(owner.refresh())

        async def asked() -> bool:
            return len(server.asked) > before

        await eventually(asked, "the first reading")
        await owner.put_url(other.url)
        server.gate.set()
        assert await reading == "4 items, 4 in stock; 1 turned in stock"
    assert set(await owner.products()) == {"a", "b", "c", "z"}
    assert (await owner.feed())["url"] == other.url


async def test_two_workers_read_a_feed_once(
    owner: FeedOwner, server: FeedServer, worker: RunningWorker, shop: Shop, sink: SmtpSink
) -> None:
    host = worker.client.service_client.config.target_host
    client = await Client.connect(host, data_converter=data_converter)
    second = RunningWorker(client, worker.store, worker.settings)
    await second.start()
    try:
        shoppers = [address() for _ in range(5)]
        waiting = [await shop.ask(shopper, "e") for shopper in shoppers]
        server.content, server.etag = rss(items("a", "b", "c", "d", "e")), '"five"'
        path = f"{owner.path}/refresh"
        await asyncio.gather(*(shop.call("POST", path) for _ in range(10)))
        for request_id in waiting:
            await shop.until(request_id, "NOTIFICATION_SENT")
        await owner.was_read()
    finally:
        await second.stop()
    assert [len(sink.to(shopper)) for shopper in shoppers] == [1] * 5


async def poll(temporal: Client) -> str:
    return await temporal.execute_workflow(
        FeedPoll.run, id=f"poll-{uuid4()}", task_queue=TASK_QUEUE
    )


async def test_a_poll_reads_feeds_that_nobody_asked_for(
    owner: FeedOwner, server: FeedServer, shop: Shop, temporal: Client
) -> None:
    uploaded = FeedOwner(shop, temporal, "pl-PL")
    await uploaded.upload(rss(items("a")))
    server.content, server.etag = rss(items("a", "b", "c")), '"three"'
    asked = await poll(temporal)
    assert await owner.was_read() == "3 items, 3 in stock"
    feeds = await shop.store.feeds.to_read()
    assert asked == f"asked for {len(feeds)} feeds"
    assert uploaded.locale not in {feed.shown_locale for feed in feeds if feed.site == shop.site}


@pytest.fixture
async def cut_off(shop: Shop, temporal: Client, settings: Settings) -> AsyncIterator[FeedOwner]:
    """The owner of a feed, with an API that cannot reach Temporal."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{unused.getsockname()[1]}"
        engine = Engine(await Client.connect(nobody, lazy=True, data_converter=data_converter))
        transport = httpx.ASGITransport(create_app(Services(shop.store, engine, settings)))
        async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
            yield FeedOwner(Shop(shop.site, http, shop.store), temporal)


async def test_feeds_put_while_temporal_was_away_are_read_by_the_next_poll(
    cut_off: FeedOwner, temporal: Client, server: FeedServer
) -> None:
    server.content = rss(items("a"))
    uploaded = FeedOwner(cut_off.shop, temporal, "pl-PL")
    assert (await cut_off.put_url(server.url)).status_code == 201
    assert (await uploaded.put(rss(items("a", "b")))).status_code == 201
    refused = await cut_off.shop.call("POST", f"{cut_off.path}/refresh")
    assert (refused.status_code, refused.json()["status"]) == (503, 503)
    await poll(temporal)
    assert await cut_off.was_read() == "1 item, 1 in stock"
    assert await uploaded.was_read() == "2 items, 2 in stock"


async def test_uploads_that_broke_off_long_ago_are_forgotten_by_a_poll(
    shop: Shop, temporal: Client
) -> None:
    old, young = uuid4(), uuid4()
    add = """INSERT INTO feed_uploads (upload_id, part, content, created_date)
             VALUES ($1, 0, 'x', now() - make_interval(hours => $2))"""
    await shop.store.pool.execute(add, old, 25)
    await shop.store.pool.execute(add, young, 1)
    await poll(temporal)
    kept = "SELECT array_agg(upload_id) FROM feed_uploads WHERE upload_id IN ($1, $2)"
    assert await shop.store.pool.fetchval(kept, old, young) == [young]
    await shop.store.pool.execute("DELETE FROM feed_uploads WHERE upload_id = $1", young)


@pytest.fixture
async def schedule(temporal: Client) -> AsyncIterator[ScheduleHandle]:
    """The schedule of the polls, which the test makes."""
    yield temporal.get_schedule_handle("product-feeds")
    for name in ("product-feeds", "reconcile"):
        await temporal.get_schedule_handle(name).delete()


async def test_feeds_are_read_at_the_interval_that_is_set(
    owner: FeedOwner, server: FeedServer, temporal: Client, schedule: ScheduleHandle
) -> None:
    await ensure_schedules(temporal, timedelta(seconds=1))
    server.content, server.etag = rss(items("a", "b", "c")), '"three"'
    await eventually(lambda: has_items(owner, 3), "the feed to be read")
    await schedule.pause(note="kept")
    await ensure_schedules(temporal, timedelta(hours=2))
    now = (await schedule.describe()).schedule
    assert [interval.every for interval in now.spec.intervals] == [timedelta(hours=2)]
    assert (now.state.paused, now.state.note) == (True, "kept")


async def has_items(owner: FeedOwner, count: int) -> bool:
    return bool((await owner.feed())["items"] == count)


async def test_the_temporal_ui_tells_how_a_reading_went(owner: FeedOwner, temporal: Client) -> None:
    handle = temporal.get_workflow_handle(feed_workflow_id(owner.shop.site, "sv-se"))
    described = await handle.describe()
    assert await described.static_summary() == "Product feed sv-SE"
    told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert told.current_details == "4 items, 4 in stock"


async def test_a_feed_started_by_hand_is_read_once(
    owner: FeedOwner, server: FeedServer, temporal: Client
) -> None:
    before = len(server.asked)
    said = await temporal.execute_workflow(
        ProductFeed.run,
        FeedInput(site=owner.shop.site, locale="sv-SE"),
        id=feed_workflow_id(owner.shop.site, "sv-se"),
        task_queue=TASK_QUEUE,
    )
    assert (said, len(server.asked) - before) == ("4 items, 4 in stock", 1)
