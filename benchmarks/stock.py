"""Stock levels and product feeds, beside the plain way of storing the same rows."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.lines import Line, Plan
from benchmarks.meter import milliseconds
from benchmarks.parts import Parts, running_parts
from benchmarks.waiting_ones import ask

_LEVELS = "/api/v3/inventory/stock-levels"
_FEED = "/api/v3/product-feeds/en-US"
_MEGABYTE = 1024 * 1024
_AWAITED = 100
_PLAIN_UPSERT = "one INSERT … ON CONFLICT DO UPDATE of the same rows"
_PLAIN_COPY = "COPY of the same rows into an empty table"
_LOOK_SECONDS = 0.05
_PLAIN_TABLES = """
CREATE TABLE plain_levels (sku text PRIMARY KEY, quantity integer NOT NULL);
CREATE TABLE plain_products (sku text PRIMARY KEY, name text, price text, url text);
"""
_UPSERT = """
INSERT INTO plain_levels SELECT * FROM unnest($1::text[], $2::integer[])
ON CONFLICT (sku) DO UPDATE SET quantity = excluded.quantity
"""


async def run(plan: Plan) -> list[Line]:
    """A call with many levels, nobody or one in a hundred awaited; the import of a feed."""
    async with running_parts(plan.workers) as parts:
        await parts.store.pool.execute(_PLAIN_TABLES)
        nobody = await _levels(parts, plan, awaited=0)
        some = await _levels(parts, plan, awaited=max(plan.levels // _AWAITED, 1))
        return [nobody, some, *await _feed(parts, plan)]


async def _levels(parts: Parts, plan: Plan, awaited: int) -> Line:
    skus = [f"sku-{number}" for number in range(plan.levels)]
    values, beside = [], []
    for number in range(plan.rounds):
        plan.tell(f"stock: {plan.levels:,} levels, {awaited} awaited, round {number + 1}")
        for sku in skus[:awaited]:
            await ask(parts, sku, 1)
        await parts.at_rest()
        values.append(await milliseconds(lambda number=number: _put(parts, skus, number + 1)))  # type: ignore[misc]
        await parts.at_rest()
        quantities = [number + 1] * len(skus)
        beside.append(
            await milliseconds(lambda q=quantities: parts.store.pool.execute(_UPSERT, skus, q))  # type: ignore[misc]
        )
    what = f"{plan.levels:,} stock levels in one call, {awaited:,} of them awaited"
    return Line(what, "ms", values, beside, _PLAIN_UPSERT)


async def _put(parts: Parts, skus: Sequence[str], quantity: int) -> None:
    levels = [{"sku": sku, "quantity": quantity} for sku in skus]
    reply = await parts.http.put(_LEVELS, json=levels)
    reply.raise_for_status()


async def _feed(parts: Parts, plan: Plan) -> list[Line]:
    """One import: a second one of the same feed would find nothing to change."""
    rows = [_product(number) for number in range(plan.feed_items)]
    await parts.at_rest()
    plan.tell(f"stock: a feed of {plan.feed_items:,} items is imported")
    before = parts.meter.memory("worker")
    begun = time.perf_counter()
    peak = await _import(parts, _tab_separated(rows))
    seconds = time.perf_counter() - begun
    copy = await milliseconds(
        lambda: parts.store.pool.copy_records_to_table("plain_products", records=rows, timeout=600)
    )
    what = f"feed of {plan.feed_items:,} items"
    return [
        Line(f"{what}: upload to import", "s", [seconds], [copy / 1000], _PLAIN_COPY),
        Line(f"{what}: more memory of the worker", "MiB", [(peak - before) / _MEGABYTE]),
    ]


async def _import(parts: Parts, feed: bytes) -> int:
    """Upload a feed and wait until it is taken over; returns the worker's highest memory."""
    reply = await parts.http.put(
        _FEED, content=feed, headers={"Content-Type": "text/tab-separated-values"}
    )
    reply.raise_for_status()
    peak = 0
    while (state := (await parts.http.get(_FEED)).json())["state"] == "pending":
        peak = max(peak, parts.meter.memory("worker"))
        await asyncio.sleep(_LOOK_SECONDS)
    if state["state"] != "ok":
        raise RuntimeError(f"the feed is {state['state']}: {state['trouble']}")
    return peak


def _product(number: int) -> tuple[str, ...]:
    url = f"https://shop.test/products/orchid-{number}"
    return (f"sku-{number}", f"Blue Orchid {number}", "75.00 SEK", url)


def _tab_separated(rows: Sequence[tuple[str, ...]]) -> bytes:
    head = ("id", "title", "price", "link", "availability")
    lines = [head, *((*row, "in_stock") for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines).encode()
