"""Shoppers who wait for one item of a running Restock, through its API, whatever happens to it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from shop import BASE, ORCHID, STORES

from faults.patience import PATIENCE_SECONDS, until
from faults.verdict import Record

_AT_ONCE = 16
_LOOK_SECONDS = 0.25
_REFERENCE = {"appId": STORES, "catalogItemId": "orchid"}
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_OPEN = "SELECT count(*) FROM requests WHERE status IN ('RECEIVED', 'PROCESSING')"
_RECORDS = """
SELECT id::text, email, status,
       array(SELECT kind FROM timeline t WHERE t.request_id = r.id ORDER BY t.id) AS steps,
       (SELECT detail FROM timeline t WHERE t.request_id = r.id ORDER BY t.id DESC LIMIT 1)
           AS reason
FROM requests r
"""


@dataclass(frozen=True)
class Crowd:
    """Who waits, and the ways to Restock's API and database."""

    shoppers: Sequence[str]
    http: httpx.AsyncClient
    database: str

    async def open_shop(self, unknown_delivery: str) -> None:
        """Start collecting; mails of unknown outcome are dealt with as said."""
        policy = {"ownerNotices": "off", "unknownDelivery": unknown_delivery}
        await self._insist("PATCH", "/v1/policy", policy)
        await self._insist("POST", f"{BASE}/settings/start-collecting", {"appId": STORES})

    async def sign_up(self, shoppers: Sequence[str] | None = None) -> int:
        """Have these shoppers ask, or all; returns how many calls had to be repeated."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def ask(email: str) -> int:
            body = {"request": {"catalogReference": _REFERENCE, "email": email}}
            async with slots:
                reply, repeated = await self._insist("POST", BASE, body | {"itemDetails": ORCHID})
            # It is there already where the reply to an earlier call was lost.
            assert reply.status_code == (409 if repeated and reply.is_error else 200), reply.text
            return repeated

        return sum(await asyncio.gather(*map(ask, self.shoppers if shoppers is None else shoppers)))

    async def report(self) -> None:
        """The item is back."""
        body = {"catalogReference": _REFERENCE, "itemDetails": ORCHID}
        reply, _ = await self._insist("POST", f"{BASE}/report-items-back-in-stock", body)
        assert reply.status_code == 200, reply.text

    async def until_settled(self) -> None:
        """Return when nobody waits or is being told any more, or when patience is over."""
        with suppress(TimeoutError):
            await until(self._nobody_waits, _LOOK_SECONDS)

    async def records(self) -> dict[str, Record]:
        """What Postgres and the API say of each shopper."""
        connection = await asyncpg.connect(self.database)
        rows = await connection.fetch(_RECORDS)
        await connection.close()
        shown = await self._shown()
        records = {row["email"]: _record(row, shown) for row in rows}
        assert len(records) == len(rows), "a shopper has two requests for the item"
        return records

    async def _nobody_waits(self) -> bool:
        try:
            connection = await asyncpg.connect(self.database)
            try:
                return not await connection.fetchval(_OPEN)
            finally:
                connection.terminate()
        except _AWAY:
            return False

    async def _shown(self) -> dict[str, str]:
        shown: dict[str, str] = {}
        paging: dict[str, Any] = {"limit": 100}
        while True:
            reply, _ = await self._insist(
                "POST", f"{BASE}/query", {"query": {"cursorPaging": paging}}
            )
            page = reply.json()
            shown |= {request["id"]: request["status"] for request in page["requests"]}
            following = page["metadata"].get("cursors", {}).get("next")
            if following is None:
                return shown
            paging = {"limit": 100, "cursor": following}

    async def _insist(self, method: str, path: str, body: Any) -> tuple[httpx.Response, int]:
        """The first reply that is no trouble of Restock's, and how many calls came before it."""
        repeated = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(httpx.TransportError):
                    reply = await self.http.request(method, path, json=body)
                    if reply.status_code < 500:
                        return reply, repeated
                repeated += 1
                await asyncio.sleep(_LOOK_SECONDS)


def _record(row: "asyncpg.Record", shown: dict[str, str]) -> Record:
    steps = tuple(step for step in row["steps"] if not step.startswith("owner"))
    return Record(row["status"], shown.get(row["id"], ""), steps, row["reason"] or "")
