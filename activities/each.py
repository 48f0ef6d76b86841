"""One thing done for many, some at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from temporalio import activity

# More only wait for the engine, in front of what is more urgent.
_IN_FLIGHT = 8

Thing = TypeVar("Thing")


async def for_each(things: Iterable[Thing], act: Callable[[Thing], Awaitable[None]]) -> None:
    """Do `act` for each thing, eight at a time, with a heartbeat after each.

    Raises the first failure, by itself: one reason is what the Temporal UI should show.
    """
    slots = asyncio.Semaphore(_IN_FLIGHT)

    async def one(thing: Thing) -> None:
        async with slots:
            await act(thing)
        activity.heartbeat()

    try:
        async with asyncio.TaskGroup() as group:
            for thing in things:
                group.create_task(one(thing))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
