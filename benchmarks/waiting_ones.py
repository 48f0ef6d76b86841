"""Many who wait: requests of one item, and workflows of the bare engine."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import httpx

from benchmarks.bare_workflows import DEFAULTS, Bare
from benchmarks.parts import APP, REQUESTS, SITE, Parts
from domain.catalog import CatalogReference, Item, Wanted
from domain.errors import EngineUnavailableError
from store.records import WaitingStart

ITEM = {"name": "Blue Orchid", "price": "75.00"}
# The engine is the slowest part; more only wait for it.
_IN_FLIGHT = 6

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


async def for_all(
    things: Iterable[Thing], act: Callable[[Thing], Awaitable[Answer]], at_once: int = _IN_FLIGHT
) -> list[Answer]:
    """Do `act` for each thing, some at a time; returns the answers in the order of the things."""
    slots = asyncio.Semaphore(at_once)

    async def one(thing: Thing) -> Answer:
        async with slots:
            return await act(thing)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(thing)) for thing in things]
    return [task.result() for task in tasks]


def reference(item: str) -> CatalogReference:
    """The item of this id in the shop's catalogue."""
    return CatalogReference(app_id=APP, catalog_item_id=item)


def address(item: str, number: int) -> str:
    """Who waits for an item: `<item>-<number>@shopper.test`."""
    return f"{item}-{number}@shopper.test"


async def ask(parts: Parts, item: str, count: int) -> list[UUID]:
    """Have `count` shoppers wait for an item, as the API has them; returns the requests' ids."""

    async def one(number: int) -> UUID:
        wanted = Wanted(
            reference=reference(item), email=address(item, number), item=Item.model_validate(ITEM)
        )
        record = await parts.store.requests.create(SITE, wanted)
        await _start(parts, record)
        await parts.store.requests.workflow_started(record.id)
        return record.id

    return await for_all(range(count), one)


async def _start(parts: Parts, record: WaitingStart) -> None:
    """As the API does, but again where Temporal is too busy: many start at once here."""
    while True:
        with suppress(EngineUnavailableError):
            return await parts.engine.start_request(record)


async def report(parts: Parts, item: str) -> None:
    """The item is back; reported again where the answer is that Temporal is too busy."""
    place = reference(item).model_dump(by_alias=True, exclude_none=True)
    body = {"catalogReference": place, "itemDetails": ITEM}
    await served(lambda: parts.http.post(f"{REQUESTS}/report-items-back-in-stock", json=body))


async def served(call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The reply to a call, which is made again while it is 503: that is slow, not wrong."""
    while True:
        reply = await call()
        if reply.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            return reply.raise_for_status()


async def start_bare(parts: Parts, prefix: str, count: int, kind: str = DEFAULTS) -> None:
    """Have workflows of the bare engine wait: `<prefix>0` and so on."""

    async def one(number: int) -> None:
        await parts.client.start_workflow(Bare.run, id=f"{prefix}{number}", task_queue=kind)

    await for_all(range(count), one)
