"""A hundred clients at once, for a while: shoppers who ask, and the owner who looks."""

import asyncio
import itertools
import statistics
import time
from dataclasses import dataclass, field

import httpx

from benchmarks.lines import Line, Plan
from benchmarks.parts import REQUESTS, Parts, running_parts
from benchmarks.waiting_ones import ITEM, address, reference

_ITEMS = 50
# The first sixth is held against the last: of a minute, ten seconds.
_PARTS = 6


@dataclass
class Crowd:
    """What the clients found: when each call began, how long it took, and what went wrong."""

    begun: float = field(default_factory=time.perf_counter)
    calls: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def milliseconds(self, first: float = 0.0, last: float = float("inf")) -> list[float]:
        """How long the calls took that began between two moments, in seconds from the start."""
        return [taken * 1000 for at, taken in self.calls if first <= at <= last]


async def run(plan: Plan) -> list[Line]:
    """Calls a second, errors, and whether a call waits longer at the end than at the beginning."""
    found: list[Crowd] = []
    async with running_parts(plan.workers) as parts:
        for number in range(plan.rounds):
            plan.tell(f"crowd: {plan.clients} clients, {plan.seconds} s, round {number + 1}")
            await parts.at_rest()
            found.append(await _round(parts, plan, f"crowd-{number}"))
    return _lines(found, plan)


async def crowd(http: httpx.AsyncClient, name: str, clients: int, seconds: float) -> Crowd:
    """Have so many clients create, read and list requests, each one call after the other."""
    seen = Crowd()
    until = seen.begun + seconds
    numbers = itertools.count()

    async def client() -> None:
        while time.perf_counter() < until:
            await _visit(http, seen, name, next(numbers))

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return seen


async def _round(parts: Parts, plan: Plan, name: str) -> Crowd:
    limits = httpx.Limits(max_connections=plan.clients, max_keepalive_connections=plan.clients)
    async with httpx.AsyncClient(
        base_url=parts.http.base_url, headers=parts.http.headers, limits=limits, timeout=120
    ) as http:
        return await crowd(http, name, plan.clients, plan.seconds)


async def _visit(http: httpx.AsyncClient, seen: Crowd, name: str, number: int) -> None:
    """A shopper asks; the owner looks at that request, and at those that are open."""
    item = f"{name}-{number % _ITEMS}"
    request = {
        "catalogReference": reference(item).model_dump(by_alias=True, exclude_none=True),
        "email": address(item, number),
    }
    body = {"request": request, "itemDetails": ITEM}
    if created := await _called(http, seen, "POST", REQUESTS, body):
        await _called(http, seen, "GET", f"{REQUESTS}/{created.json()['request']['id']}")
    query = {"filter": {"status": "RECEIVED"}, "cursorPaging": {"limit": 10}}
    await _called(http, seen, "POST", f"{REQUESTS}/query", {"query": query})


async def _called(
    http: httpx.AsyncClient, seen: Crowd, method: str, path: str, body: object = None
) -> httpx.Response | None:
    """The reply; none where it is an error."""
    begun = time.perf_counter()
    try:
        reply = await http.request(method, path, json=body)
        reply.raise_for_status()
    except httpx.HTTPError as error:
        seen.errors.append(str(error) or type(error).__name__)
        return None
    seen.calls.append((begun - seen.begun, time.perf_counter() - begun))
    return reply


def _lines(found: list[Crowd], plan: Plan) -> list[Line]:
    part = plan.seconds / _PARTS
    first = [statistics.median(seen.milliseconds(0, part)) for seen in found]
    last = [statistics.median(seen.milliseconds(plan.seconds - part)) for seen in found]
    half, slowest = ([_share(seen, share) for seen in found] for share in (50, 99))
    errors = [error for seen in found for error in seen.errors]
    who = f"{plan.clients} clients"
    return [
        Line(f"calls by {who}", "1/s", [len(seen.calls) / plan.seconds for seen in found]),
        Line(f"errors of {who}", "", [float(len(seen.errors)) for seen in found], target="0",
             note=errors[0] if errors else ""),
        Line(f"call by one of {who}, median", "ms", half),
        Line(f"call by one of {who}, 99th percentile", "ms", slowest),
        Line(f"call by one of {who}, the last {part:g} s", "ms", last, first,
             f"the same in the first {part:g} s", target="no growing queue"),
    ]  # fmt: skip


def _share(seen: Crowd, percent: int) -> float:
    return statistics.quantiles(seen.milliseconds(), n=100)[percent - 1]
