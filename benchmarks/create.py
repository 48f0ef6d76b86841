"""Shoppers ask over HTTP, beside a plain INSERT and a plain start of a workflow."""

import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from benchmarks.bare_workflows import DEFAULTS, Bare
from benchmarks.lines import Line, Plan
from benchmarks.parts import REQUESTS, Parts, running_parts
from benchmarks.waiting_ones import ITEM, address, for_all, reference, served

_PLAIN = "an INSERT into a table of one column, and the start of a workflow"
_CLIENTS = (1, 16)


async def run(plan: Plan) -> list[Line]:
    """Requests created a second, by one client and by sixteen at once."""
    async with running_parts(plan.workers) as parts:
        await parts.store.pool.execute("CREATE TABLE plain (id uuid PRIMARY KEY)")
        return [await _line(parts, plan, clients) for clients in _CLIENTS]


async def _line(parts: Parts, plan: Plan, clients: int) -> Line:
    values, beside = [], []
    for number in range(plan.rounds):
        plan.tell(f"create, {clients} clients, round {number + 1}")
        item = f"create-{clients}-{number}"
        values.append(await _rate(parts, plan, clients, lambda n, item=item: _ask(parts, item, n)))  # type: ignore[misc]
        beside.append(await _rate(parts, plan, clients, lambda n: _plain(parts)))
    what = f"requests created, {clients} client{'s' if clients > 1 else ''}"
    return Line(what, "1/s", values, beside, _PLAIN)


async def _rate(
    parts: Parts, plan: Plan, clients: int, act: Callable[[int], Awaitable[None]]
) -> float:
    await parts.at_rest()
    begun = time.perf_counter()
    await for_all(range(plan.created), act, clients)
    return plan.created / (time.perf_counter() - begun)


async def _ask(parts: Parts, item: str, number: int) -> None:
    request = {
        "catalogReference": reference(item).model_dump(by_alias=True, exclude_none=True),
        "email": address(item, number),
    }
    body = {"request": request, "itemDetails": ITEM}
    await served(lambda: parts.http.post(REQUESTS, json=body))


async def _plain(parts: Parts) -> None:
    request_id = uuid4()
    await parts.store.pool.execute("INSERT INTO plain VALUES ($1)", request_id)
    await parts.client.start_workflow(Bare.run, id=f"plain/{request_id}", task_queue=DEFAULTS)
