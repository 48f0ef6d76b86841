"""Waiting for what will come, for a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 180.0


async def until(
    holds: Callable[[], Awaitable[bool]], look_seconds: float, patience: float = PATIENCE_SECONDS
) -> None:
    """Return as soon as it holds. Raises `TimeoutError` when patience is over."""
    async with asyncio.timeout(patience):
        while True:
            if await holds():
                return
            await asyncio.sleep(look_seconds)
