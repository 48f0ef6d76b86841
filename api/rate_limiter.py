"""Counts calls: in Redis for all API processes together, or in the memory of this one."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from domain.settings import Settings

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

log = logging.getLogger("restock.api")

Limits = Sequence[RateLimitItem]
_Question = Callable[[FixedWindowRateLimiter, Limits, str], Awaitable[int | None]]
# A call waits no longer than that for Redis, and the calls after it not at all for a while.
_PATIENCE_SECONDS = 0.5
_LEFT_ALONE_SECONDS = 5.0


class RateLimiter:
    """Counts how often something was done, and says when it was too often.

    While Redis is away each process counts for itself, and the log says so once.
    """

    def __init__(self, redis_url: str | None) -> None:
        """Raises `ValueError` where `redis_url` is given and the package `redis` is missing."""
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._pool = _pool(redis_url) if redis_url else None
        self._redis = _in_redis(self._pool, redis_url) if self._pool and redis_url else None
        self._is_away = False
        self._ask_again = 0.0

    async def retry_after(self, limits: Limits, key: str) -> int | None:
        """Count once more under `key`. Where it is too often: in how many seconds no more."""
        return await self._ask(_count, limits, key)

    async def exceeded(self, limits: Limits, key: str) -> int | None:
        """Without counting: where the next one would be too often, in how many seconds no more."""
        return await self._ask(_look, limits, key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool:
            await self._pool.aclose()

    async def _ask(self, ask: _Question, limits: Limits, key: str) -> int | None:
        if not limits:
            return None
        if self._redis is None or time.monotonic() < self._ask_again:
            return await ask(self._memory, limits, key)
        try:
            seconds = await ask(self._redis, limits, key)
        except StorageError as error:
            self._redis_is_away(error.storage_error)
            return await ask(self._memory, limits, key)
        self._redis_answers()
        return seconds

    def _redis_is_away(self, error: Exception) -> None:
        self._ask_again = time.monotonic() + _LEFT_ALONE_SECONDS
        if not self._is_away:
            # Only what kind of error it is: its words may hold the address with its password.
            log.warning("limits_without_redis", extra={"reason": type(error).__name__})
        self._is_away = True

    def _redis_answers(self) -> None:
        if self._is_away:
            log.info("limits_with_redis_again")
        self._is_away = False


def limiter_of(settings: Settings) -> RateLimiter:
    """Counts where the settings say. Raises `ValueError` where the package `redis` is missing."""
    url = settings.limits_url
    return RateLimiter(url.get_secret_value() if url else None)


async def _count(limiter: FixedWindowRateLimiter, limits: Limits, key: str) -> int | None:
    for limit in limits:
        if not await limiter.hit(limit, key):
            return await _seconds_left(limiter, limit, key)
    return None


async def _look(limiter: FixedWindowRateLimiter, limits: Limits, key: str) -> int | None:
    for limit in limits:
        if not await limiter.test(limit, key):
            return await _seconds_left(limiter, limit, key)
    return None


async def _seconds_left(limiter: FixedWindowRateLimiter, limit: RateLimitItem, key: str) -> int:
    end, _ = await limiter.get_window_stats(limit, key)
    return max(1, math.ceil(end - time.time()))


def _pool(url: str) -> "ConnectionPool":
    try:
        from redis.asyncio import ConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ModuleNotFoundError:
        raise ValueError(
            "RESTOCK_LIMITS_URL needs the package redis: install `restock[redis]`."
        ) from None
    return ConnectionPool.from_url(
        url,
        socket_connect_timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS,
        # Once, at once: a kept connection may be that to a server that was started anew.
        retry=Retry(NoBackoff(), 1),
    )


def _in_redis(pool: "ConnectionPool", url: str) -> FixedWindowRateLimiter:
    storage = RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        connection_pool=pool,  # type: ignore[arg-type]
    )
    return FixedWindowRateLimiter(storage)
