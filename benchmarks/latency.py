"""How soon one shopper is told: with nothing else to do, and while thousands are told."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from uuid import UUID

from benchmarks.bare_workflows import Bare
from benchmarks.lines import Line, Plan
from benchmarks.meter import milliseconds
from benchmarks.parts import REQUESTS, Parts, running_parts
from benchmarks.waiting_ones import address, ask, report, served, start_bare

_PLAIN = "bare engine: signal to end"
_CROWD = "crowd"
# How many probes are under way at once: few, as in a shop, where items come in one by one.
_PAUSE_SECONDS = 0.25


async def run(plan: Plan) -> list[Line]:
    """Single restocks and an owner's marks: at rest, and under a restock of a crowd."""
    async with running_parts(plan.workers) as parts:
        await _prepare(parts, plan)
        await parts.at_rest()
        plan.tell(f"latency: {plan.probes} single restocks at rest")
        idle = [await _restocked(parts, f"idle-{number}") for number in range(plan.probes)]
        bare = [await _bare(parts, number) for number in range(plan.probes)]
        marks = await ask(parts, "marks", plan.probes)
        await parts.at_rest()
        plan.tell(f"latency: single restocks and marks under a restock of {plan.crowd:,}")
        single, marked, first = await _under_a_crowd(parts, plan, marks)
    return [
        *_percentiles("single restock at rest: report to mail", idle, bare=bare),
        *_percentiles(_named("single restock", plan), single, target="under 2000"),
        *_percentiles(_named("owner's mark", plan), marked, target="at once"),
        Line(
            f"restock of {plan.crowd:,}: report to first mail", "ms", [first], target="under 1000"
        ),
    ]


def _named(what: str, plan: Plan) -> str:
    return f"{what} under a restock of {plan.crowd:,}"


async def _prepare(parts: Parts, plan: Plan) -> None:
    plan.tell(f"latency: {plan.crowd:,} shoppers ask")
    await ask(parts, _CROWD, plan.crowd)
    for kind in ("idle", "single"):
        for number in range(plan.probes):
            await ask(parts, f"{kind}-{number}", 1)
    await start_bare(parts, "probe/", plan.probes)


async def _under_a_crowd(
    parts: Parts, plan: Plan, marks: Sequence[UUID]
) -> tuple[list[float], list[float], float]:
    begun = time.monotonic()
    await report(parts, _CROWD)
    singles: list[asyncio.Task[float]] = []
    marked: list[asyncio.Task[float]] = []
    async with asyncio.TaskGroup() as group:
        for number in range(plan.probes):
            if number > 1 and len(parts.mails.among(f"{_CROWD}-")) == plan.crowd:
                break
            singles.append(group.create_task(_restocked(parts, f"single-{number}")))
            await asyncio.sleep(_PAUSE_SECONDS)
            marked.append(group.create_task(_marked(parts, marks[number])))
            await asyncio.sleep(_PAUSE_SECONDS)
    first = 1000 * (parts.mails.among(f"{_CROWD}-")[0] - begun)
    return [task.result() for task in singles], [task.result() for task in marked], first


async def _restocked(parts: Parts, item: str) -> float:
    """Milliseconds from the report of an item to the mail to the one who waits for it."""
    begun = time.monotonic()
    await report(parts, item)
    return 1000 * (await parts.mails.until(address(item, 0)) - begun)


async def _marked(parts: Parts, request_id: UUID) -> float:
    """Milliseconds until the owner's mark is answered with the request as marked.

    The owner marks again where the answer was that it is not marked yet.
    """

    async def mark() -> None:
        path = f"{REQUESTS}/{request_id}/mark-as-notification-sent"
        while True:
            reply = await served(lambda: parts.http.put(path))
            if reply.json()["request"]["status"] == "NOTIFICATION_SENT":
                return

    return await milliseconds(mark)


async def _bare(parts: Parts, number: int) -> float:
    handle = parts.client.get_workflow_handle_for(Bare.run, f"probe/{number}")

    async def call() -> None:
        await handle.signal(Bare.call)
        await handle.result()

    return await milliseconds(call)


def _percentiles(
    what: str, values: Sequence[float], bare: Sequence[float] = (), target: str = ""
) -> list[Line]:
    def line(percent: int, target: str) -> Line:
        beside = [_percentile(bare, percent)] if bare else []
        value = _percentile(values, percent)
        note = f"of {len(values)}"
        return Line(f"{what}, {percent}th percentile", "ms", [value], beside, _PLAIN, target, note)

    return [line(50, ""), line(99, target)]


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
