"""A restock of many shoppers, beside as many workflows of the bare engine."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.bare_workflows import AS_RESTOCK, DEFAULTS, CallAll
from benchmarks.lines import Line, Plan
from benchmarks.parts import Parts, running_parts
from benchmarks.waiting_ones import ask, reference, report, start_bare

_PLAIN = "bare engine: one signal, one activity that does nothing"
_AS_RESTOCK = f"{_PLAIN}; its worker set up as Restock's"
_LOOK_SECONDS = 0.5
_WARM_UP = 200
# A round of ten thousand takes ten minutes, and says as much as ten of a thousand.
_SMALL = 1_000


@dataclass(frozen=True)
class Run:
    """How one restock went.

    `seconds`: from the report until the last workflow was closed. `engine`, `worker`, `postgres`:
    milliseconds of CPU for each notification. `first_mail`: milliseconds from the report.
    """

    count: int
    seconds: float
    engine: float
    worker: float
    postgres: float = 0.0
    first_mail: float = 0.0

    @property
    def rate(self) -> float:
        """Notifications a second."""
        return self.count / self.seconds

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU for each notification, in all."""
        return self.engine + self.worker + self.postgres


async def run(plan: Plan) -> list[Line]:
    """Restocks of each size, some rounds of each; in a round, both sides, each first in turn.

    The bare engine with Restock's settings is measured at the first size alone.
    """
    lines: list[Line] = []
    costs: list[Line] = []
    async with running_parts(plan.workers) as parts:
        await _warm_up(parts, plan)
        for size in plan.hot:
            found = _lines(size, await _rounds(parts, plan, size, DEFAULTS), _PLAIN)
            lines += found
            costs.append(found[1])
        size = plan.hot[0]
        same_settings = _lines(size, await _rounds(parts, plan, size, AS_RESTOCK), _AS_RESTOCK)
    return [*lines, *_growth(plan.hot, costs), *same_settings[:2]]


async def _warm_up(parts: Parts, plan: Plan) -> None:
    """So that no side pays for what is done once, such as compiling the mail's templates."""
    for kind in (DEFAULTS, AS_RESTOCK):
        await _round(parts, plan, min(_WARM_UP, *plan.hot), -1, kind)


async def _rounds(parts: Parts, plan: Plan, size: int, kind: str) -> list[tuple[Run, Run]]:
    count = plan.rounds if size <= _SMALL else max(plan.rounds // 3, 1)
    return [await _round(parts, plan, size, number, kind) for number in range(count)]


async def _round(parts: Parts, plan: Plan, size: int, number: int, kind: str) -> tuple[Run, Run]:
    item, prefix = f"{kind}-{size}-{number}", f"{kind}/{size}/{number}/"
    plan.tell(f"hot {size:,}, {kind}, round {number + 1}: {size:,} shoppers ask")
    await ask(parts, item, size)
    await start_bare(parts, prefix, size, kind)
    await parts.at_rest()
    plan.tell(f"hot {size:,}, {kind}, round {number + 1}: all are told")
    if number % 2:
        bare = await bare_calls(parts, prefix, size, kind)
        return await restock(parts, item, size), bare
    return await restock(parts, item, size), await bare_calls(parts, prefix, size, kind)


async def restock(parts: Parts, item: str, count: int) -> Run:
    """Report an item for which `count` wait; returns when all is done and at rest."""
    key = reference(item).item_key
    query = f"WorkflowType = 'NotificationRequest' AND RestockItem = '{key}'"
    begun = time.monotonic()
    run = await _timed(parts, count, lambda: report(parts, item), query, "worker")
    mails = parts.mails.among(f"{item}-")
    if len(mails) != count:
        raise RuntimeError(f"{len(mails)} mails came to {count} shoppers")
    return replace(run, first_mail=1000 * (mails[0] - begun))


async def bare_calls(parts: Parts, prefix: str, count: int, kind: str) -> Run:
    """Signal as many workflows of the bare engine; returns when all are closed and at rest."""

    async def begin() -> None:
        await parts.client.start_workflow(
            CallAll.run, args=[prefix, count], id=f"call {prefix}", task_queue=kind
        )

    query = f"WorkflowType = 'Bare' AND WorkflowId STARTS_WITH '{prefix}'"
    return replace(await _timed(parts, count, begin, query, kind), postgres=0.0)


async def _timed(
    parts: Parts, count: int, begin: Callable[[], Awaitable[None]], query: str, worker: str
) -> Run:
    before, began = parts.meter.cpu(), time.time()
    await begin()
    await _all_closed(parts, query)
    after = parts.meter.cpu()
    cost = {part: 1000 * (after[part] - before[part]) / count for part in after}
    ended = await _last_closed(parts, query)
    await parts.at_rest()
    return Run(count, ended - began, cost["engine"], cost[worker], cost["postgres"])


async def _all_closed(parts: Parts, query: str) -> None:
    while True:
        running = await parts.client.count_workflows(f"{query} AND ExecutionStatus = 'Running'")
        if not running.count:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def _last_closed(parts: Parts, query: str) -> float:
    """When the last workflow was closed; the server lists that one first."""
    closed = parts.client.list_workflows(f"{query} AND ExecutionStatus = 'Completed'", limit=1)
    last = await anext(closed)
    assert last.close_time
    return last.close_time.timestamp()


def _lines(size: int, pairs: Sequence[tuple[Run, Run]], plain: str) -> list[Line]:
    def line(what: str, unit: str, value: Callable[[Run], float], target: str = "") -> Line:
        values, beside = [value(one) for one, _ in pairs], [value(bare) for _, bare in pairs]
        return Line(f"restock of {size:,}: {what}", unit, values, beside, plain, target)

    def alone(what: str, value: Callable[[Run], float], target: str = "") -> Line:
        values = [value(one) for one, _ in pairs]
        return Line(f"restock of {size:,}: {what}", "ms", values, target=target)

    return [
        line("notifications", "1/s", lambda one: one.rate, "ratio at least 1.0"),
        line("CPU of a notification", "ms", lambda one: one.cpu, "ratio at most 1.1"),
        line("the engine's part of it", "ms", lambda one: one.engine),
        line("the worker's part", "ms", lambda one: one.worker),
        alone("Postgres' part", lambda one: one.postgres),
        alone("report to first mail", lambda one: one.first_mail, "under 1000"),
    ]


def _growth(sizes: Sequence[int], costs: Sequence[Line]) -> list[Line]:
    """How the cost of a notification grows from the first size to the last."""
    if len(sizes) < 2:
        return []
    values = [costs[-1].median / costs[0].median]
    beside = [(costs[-1].median_beside or 0) / (costs[0].median_beside or 1)]
    what = f"CPU of a notification, {sizes[-1]:,} against {sizes[0]:,}"
    return [Line(what, "times", values, beside, _PLAIN, "ratio at most 1.0")]
