"""A worker that is killed in the middle of an import loses nobody and adds nobody twice."""

import os
import signal
from collections.abc import Callable
from typing import Any

import httpx
from restock_up import Up
from shop import BASE, eventually

IMPORTS = "/v1/imports"
SHOPPERS = [f"shopper-{number}@example.com" for number in range(800)]


async def test_killing_the_worker_during_an_import_of_800_loses_nobody(
    start: Callable[..., Up],
) -> None:
    up = start(owner_key="rsk_owner_of_the_killed_import").until_ready()
    base, headers = f"http://127.0.0.1:{up.ports['port']}", {"apikey": up.owner_key}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as http:
        content = "email,sku\n" + "".join(f"{shopper},A\n" for shopper in SHOPPERS)
        kind = {"Content-Type": "text/csv"}
        made = (await http.post(IMPORTS, content=content, headers=kind)).json()
        path = f"{IMPORTS}/{made['id']}"
        await eventually(lambda: is_so_far(http, path, "ready"), "the dry run")
        await http.post(f"{path}/confirm")
        await eventually(lambda: at_least(http, path, 200), "some requests")
        os.kill(up.run_file()["workers"][0], signal.SIGKILL)
        assert (await get(http, path))["added"] < len(SHOPPERS)
        await eventually(lambda: is_so_far(http, path, "done"), "the rest", patience=120)
        done = await get(http, path)
        assert (done["added"], done["alreadyWaiting"]) == (len(SHOPPERS), 0)
        assert await waiting(http) == len(SHOPPERS)


async def get(http: httpx.AsyncClient, path: str) -> dict[str, Any]:
    return dict((await http.get(path)).json())


async def is_so_far(http: httpx.AsyncClient, path: str, state: str) -> bool:
    return bool((await get(http, path))["state"] == state)


async def at_least(http: httpx.AsyncClient, path: str, added: int) -> bool:
    return bool((await get(http, path))["added"] >= added)


async def waiting(http: httpx.AsyncClient) -> int:
    query = {"filter": {"status": "RECEIVED"}, "paging": {"limit": 1}}
    reply = await http.post(f"{BASE}/query", json={"query": query})
    return int(reply.json()["metadata"]["total"])
