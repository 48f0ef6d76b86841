"""What it costs that many wait."""

from pathlib import Path

from benchmarks.lines import Line, Plan
from benchmarks.parts import Parts, running_parts
from benchmarks.waiting_ones import ask, start_bare

# The bare engine's cost of one is known from fewer.
_FEWER = 5
_WARM_UP = 1500
_MEGABYTE = 1024 * 1024
_PLAIN = "bare engine: a workflow that waits for a signal"


async def run(plan: Plan) -> list[Line]:
    """Memory of the worker and the engine, and room on disk, for each request that waits."""
    async with running_parts(plan.workers) as parts:
        await _warm_up(parts, min(plan.waiting, _WARM_UP))
        fewer = max(plan.waiting // _FEWER, 1)
        plan.tell(f"waiting: {fewer:,} workflows of the bare engine start")
        before = await _sizes(parts)
        await start_bare(parts, "wait/", fewer)
        between = await _sizes(parts)
        plan.tell(f"waiting: {plan.waiting:,} shoppers ask")
        await ask(parts, "wait", plan.waiting)
        after = await _sizes(parts)
    bare = {name: (between[name] - before[name]) / fewer for name in before}
    ours = {name: (after[name] - between[name]) / plan.waiting for name in before}
    return _lines(plan, bare, ours, between, after)


async def _warm_up(parts: Parts, count: int) -> None:
    """So that what a worker keeps anyway, its cache of a thousand workflows, is there before."""
    await ask(parts, "warm", count)
    await start_bare(parts, "warm/", count)


async def _sizes(parts: Parts) -> dict[str, float]:
    """Bytes, when all is at rest."""
    await parts.at_rest()
    return {
        "worker": parts.meter.memory("worker"),
        "engine": parts.meter.memory("engine"),
        "engine's disk": _on_disk(parts.data_dir),
        "Postgres' disk": await parts.store.pool.fetchval(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
        ),
    }


def _on_disk(data_dir: Path) -> int:
    """The engine's database with its log."""
    return sum(file.stat().st_size for file in data_dir.glob("temporal.db*"))


def _lines(
    plan: Plan,
    bare: dict[str, float],
    ours: dict[str, float],
    before: dict[str, float],
    after: dict[str, float],
) -> list[Line]:
    def each(name: str, target: str = "") -> Line:
        note = f"{before[name] / _MEGABYTE:.0f} to {after[name] / _MEGABYTE:.0f} MiB in all"
        what = f"each of {plan.waiting:,} who wait: {name}"
        return Line(what, "bytes", [ours[name]], note=note, target=target)

    def beside(name: str) -> Line:
        line = each(name)
        return Line(line.what, line.unit, line.values, [bare[name]], _PLAIN, note=line.note)

    return [
        each("worker", "about 0"),
        beside("engine"),
        beside("engine's disk"),
        each("Postgres' disk"),
    ]
