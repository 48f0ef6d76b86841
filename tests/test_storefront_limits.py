"""How often a storefront key may make requests, and what it is told when that is too often."""

import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis
from redis_server import RedisServer
from restock_up import free_port
from served import served
from shop import BASE, Shop
from shoppers import address
from temporalio.client import Client
from voyado import SUBSCRIPTIONS, V3, contact, problem

from api import rate_limiter
from api.app import create_app
from api.services import Services
from domain.settings import PREFIX, Settings, load_settings
from workflows.engine import Engine

OFF = {f"storefront_limit_per_{what}": "off" for what in ("client", "address", "site")}
Calls = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def api(shop: Shop, temporal: Client, settings: Settings) -> Calls:
    """Serves an API of its own with some settings; without them nothing is limited."""

    @asynccontextmanager
    async def serve(**given: str) -> AsyncIterator[str]:
        read = load_settings({f"{PREFIX}{k.upper()}": v for k, v in (OFF | given).items()})
        changes = {name: getattr(read, name) for name in OFF | given}
        served_with = settings.model_copy(update=changes)
        app = create_app(Services(shop.store, Engine(temporal), served_with))
        async with served(app, served_with) as url:
            yield url

    return serve


async def ask(
    url: str, shop: Shop, email: str = "", of: str = "127.0.0.1", **more: Any
) -> httpx.Response:
    """A shopper asks through the storefront, from an address of this machine."""
    headers = {"Authorization": shop.key(more.pop("scope", "storefront"))}
    body = shop.new_request(email or address(), item=f"item-{uuid4().hex[:8]}")
    transport = httpx.AsyncHTTPTransport(local_address=of)
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        return await client.post(BASE, json=body, headers=headers | more.pop("headers", {}))


async def statuses(*calls: Any) -> list[int]:
    return [(await call).status_code for call in calls]


async def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    shop: Shop, api: Calls
) -> None:
    async with api(storefront_limit_per_client="2/hour") as url:
        assert await statuses(ask(url, shop), ask(url, shop)) == [200, 200]
        refused = await ask(url, shop)
        assert refused.status_code == 429
        assert 3500 < int(refused.headers["Retry-After"]) <= 3600
        error = refused.json()["details"]["applicationError"]
        assert error["code"] == "TOO_MANY_REQUESTS"
        others = ask(url, shop, of="127.0.0.2"), ask(url, shop, scope="owner")
        assert await statuses(*others) == [200, 200]
    assert (
        await shop.store.pool.fetchval("SELECT count(*) FROM requests WHERE site = $1", shop.site)
        == 4
    )


async def test_an_address_is_asked_for_only_so_often_however_it_is_spelt(
    shop: Shop, api: Calls
) -> None:
    email = address()
    async with api(storefront_limit_per_address="2/hour") as url:
        calls = (
            ask(url, shop, each, of)
            for each, of in (
                (email, "127.0.0.1"),
                (email.upper(), "127.0.0.2"),
                (email, "127.0.0.3"),
            )
        )
        assert await statuses(*calls) == [200, 200, 429]
        assert await statuses(ask(url, shop)) == [200]


async def test_a_site_has_a_limit_of_its_own(shop: Shop, other_shop: Shop, api: Calls) -> None:
    async with api(storefront_limit_per_site="2/hour") as url:
        calls = (ask(url, shop, of=f"127.0.0.{number}") for number in (1, 2, 3))
        assert await statuses(*calls) == [200, 200, 429]
        assert await statuses(ask(url, other_shop)) == [200]


async def test_what_one_client_has_too_many_of_does_not_use_up_the_site(
    shop: Shop, api: Calls
) -> None:
    limits = {"storefront_limit_per_client": "1/hour", "storefront_limit_per_site": "2/hour"}
    async with api(**limits) as url:
        assert await statuses(*(ask(url, shop) for _ in range(4))) == [200, 429, 429, 429]
        assert await statuses(ask(url, shop, of="127.0.0.2")) == [200]


async def test_several_limits_hold_together(shop: Shop, api: Calls) -> None:
    async with api(storefront_limit_per_client="5/second; 2 per 3 hours") as url:
        assert await statuses(*(ask(url, shop) for _ in range(3))) == [200, 200, 429]


async def test_without_limits_a_storefront_asks_as_often_as_it_likes(
    shop: Shop, api: Calls
) -> None:
    async with api() as url:
        assert set(await statuses(*(ask(url, shop, "a@example.com") for _ in range(40)))) == {200}


async def test_a_contact_subscribes_only_so_often(shop: Shop, api: Calls) -> None:
    ids = [await contact(shop) for _ in range(2)]
    headers = {"apikey": shop.key("storefront")}

    async with (
        api(storefront_limit_per_address="1/hour") as url,
        httpx.AsyncClient(base_url=url, headers=headers) as client,
    ):
        replies = [
            await client.post(
                V3 + SUBSCRIPTIONS, json={"contactId": each, "locale": "sv-se", "sku": sku}
            )
            for each, sku in ((ids[0], "A"), (ids[0], "B"), (ids[1], "A"))
        ]
    assert [reply.status_code for reply in replies] == [201, 429, 201]
    assert problem(replies[1], 429)["type"] == "urn:restock:problem:too-many-requests"
    assert int(replies[1].headers["Retry-After"]) > 0


async def test_whoever_is_no_trusted_proxy_cannot_pretend_to_be_others(
    shop: Shop, api: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    async with api(storefront_limit_per_client="1/hour") as url:
        calls = (
            ask(url, shop, headers={"X-Forwarded-For": f"203.0.113.{number}"})
            for number in range(3)
        )
        assert await statuses(*calls) == [200, 429, 429]
    said = [record for record in caplog.records if record.message == "proxy_not_trusted"]
    assert len(said) == 1
    assert "203.0.113" not in str([record.__dict__ for record in said])


async def test_a_trusted_proxy_says_who_its_clients_are(shop: Shop, api: Calls) -> None:
    limits = {"storefront_limit_per_client": "1/hour", "trusted_proxies": "127.0.0.1"}
    forwarded = (
        "203.0.113.1",
        "203.0.113.2",
        # What the client wrote itself stands before what the proxy adds.
        "203.0.113.3, 203.0.113.1",
        # One network is one client.
        "2001:db8:1:2::1",
        "2001:db8:1:2:ffff::2",
        "2001:db8:1:3::1",
        "::ffff:203.0.113.2",
    )
    async with api(**limits) as url:
        calls = [ask(url, shop, headers={"X-Forwarded-For": each}) for each in forwarded]
        assert await statuses(*calls) == [200, 200, 429, 200, 429, 200, 429]
        beside_it = {"of": "127.0.0.2", "headers": {"X-Forwarded-For": "203.0.113.9"}}
        assert await statuses(*(ask(url, shop, **beside_it) for _ in range(2))) == [200, 429]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(free_port(), tmp_path)
    server.start()
    yield server
    server.end()


async def test_several_apis_count_together_in_redis_and_keep_no_address_there(
    shop: Shop, api: Calls, redis: RedisServer
) -> None:
    email = address()
    limits = {
        "limits_url": redis.url,
        "storefront_limit_per_client": "3/hour",
        "storefront_limit_per_address": "30/hour",
    }
    async with api(**limits) as one, api(**limits) as two:
        calls = [ask(url, shop, email) for url in (one, two, one, two)]
        assert await statuses(*calls) == [200, 200, 200, 429]
    async with Redis.from_url(redis.url) as client:
        kept = [key.decode() for key in await client.keys()]
        assert len(kept) == 2
        for secret in (email, email.partition("@")[0], "127.0.0.1", shop.site):
            assert secret not in str(kept)
        assert {await client.ttl(key) > 0 for key in kept} == {True}


async def test_while_redis_is_away_each_api_counts_for_itself_and_says_so_once(
    shop: Shop,
    api: Calls,
    redis: RedisServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO, "restock.api")
    monkeypatch.setattr(rate_limiter, "_LEFT_ALONE_SECONDS", 0.0)
    limits = {"limits_url": redis.url, "storefront_limit_per_client": "2/hour"}

    def said(event: str) -> int:
        return sum(record.message == event for record in caplog.records)

    async with api(**limits) as url:
        assert await statuses(ask(url, shop)) == [200]
        redis.end()
        assert await statuses(*(ask(url, shop) for _ in range(4))) == [200, 200, 429, 429]
        assert (said("limits_without_redis"), said("limits_with_redis_again")) == (1, 0)
        redis.start()
        assert await statuses(ask(url, shop)) == [200]
        assert (said("limits_without_redis"), said("limits_with_redis_again")) == (1, 1)


async def test_a_redis_that_never_was_there_does_not_keep_the_shop_from_starting(
    shop: Shop, api: Calls
) -> None:
    async with api(limits_url=f"redis://:s3cret@127.0.0.1:{free_port()}/0") as url:
        assert await statuses(ask(url, shop)) == [200]


def test_redis_without_its_package_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ValueError, match=r"RESTOCK_LIMITS_URL needs the package redis"):
        rate_limiter.RateLimiter("redis://127.0.0.1:6379/0")
