"""How long each page of the console takes, in a shop with many requests."""

import statistics
import time
from importlib import resources

import httpx

from benchmarks.lines import Line, Plan
from benchmarks.parts import Parts, running_parts

_RUNS = 25
_TARGET = "under 100 ms"
_SITE = "main"


async def run(plan: Plan) -> list[Line]:
    """Every page, asked for over HTTP as a browser asks; the median and the slowest."""
    async with running_parts(plan.workers) as parts:
        plan.tell(f"pages: filling the database with {plan.page_rows:,} requests")
        await _fill(parts, plan.page_rows)
        key = parts.http.headers["Authorization"]
        async with httpx.AsyncClient(base_url=parts.http.base_url, timeout=60) as browser:
            signed_in = await browser.post("/console/sign-in", data={"key": key})
            assert signed_in.status_code == 303, signed_in.text
            return [await _line(browser, plan, path) for path in await _paths(parts)]


async def _fill(parts: Parts, rows: int) -> None:
    script = resources.files("benchmarks").joinpath("pages.sql").read_text().format(rows=rows)
    async with parts.store.pool.acquire() as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                await connection.execute(statement, timeout=1800)


async def _paths(parts: Parts) -> list[str]:
    """Lists, each filter of theirs, and one of everything that has a page of its own."""
    row = await parts.store.pool.fetchrow(
        "SELECT id, contact_id, item_key FROM requests "
        "WHERE site = $1 AND status = 'FAILED' ORDER BY id LIMIT 1",
        _SITE,
    )
    hot = await parts.store.demand.wanted_items(_SITE, None, 1)
    assert row
    item = hot[0].item_key
    return [
        "/demand",
        "/demand?like=item-42",
        f"/demand/restock?item={item}",
        "/requests",
        "/requests?status=FAILED",
        "/requests?status=RECEIVED",
        "/requests?address=shopper4200",
        "/requests?item=item-42",
        "/requests?since=2026-09-01&until=2026-09-30",
        f"/requests/{row['id']}",
        "/requests/import",
        "/restocks",
        "/inbox",
        f"/inbox/{row['contact_id']}",
        "/mails",
        "/settings",
        "/settings/policy",
        f"/settings/policy?item={item}",
        "/settings/feeds",
        "/settings/keys",
        "/settings/people",
        "/settings/log",
        "/health",
    ]


async def _line(browser: httpx.AsyncClient, plan: Plan, path: str) -> Line:
    plan.tell(f"pages: {path}")
    # The first run also prepares the statements.
    times = [await _time(browser, path) for _ in range(_RUNS + 1)][1:]
    slowest = max(times)
    return Line(
        f"page {path.partition('?')[0] if len(path) > 40 else path}",
        "ms",
        [statistics.median(times)],
        target=_TARGET,
        note=f"slowest of {_RUNS}: {slowest:.0f} ms",
    )


async def _time(browser: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    reply = await browser.get(f"/console{path}")
    taken = (time.perf_counter() - begun) * 1000
    assert reply.status_code == 200, (path, reply.status_code, reply.text[:500])
    return taken
