"""A worker that is killed in the middle of a restock loses nothing."""

import asyncio
import mailbox
import os
import signal
from collections import defaultdict
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
from restock_up import Up
from shop import BASE, ORCHID, STORES, eventually

SHOPPERS = [f"shopper-{number}@example.com" for number in range(200)]
REFERENCE = {"appId": STORES, "catalogItemId": "orchid"}


async def test_killing_the_worker_during_a_restock_of_200_loses_nobody(
    start: Callable[..., Up],
) -> None:
    up = start(owner_key="rsk_owner_of_the_killed_worker").until_ready()
    base, headers = f"http://127.0.0.1:{up.ports['port']}", {"apikey": up.owner_key}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as http:
        await http.patch("/v1/policy", json={"ownerNotices": "off"})
        await http.post(f"{BASE}/settings/start-collecting", json={"appId": STORES})
        await in_tens(http, SHOPPERS)
        report = {"catalogReference": REFERENCE, "itemDetails": ORCHID}
        await http.post(f"{BASE}/report-items-back-in-stock", json=report)
        await eventually(lambda: told(http, more_than=5), "the first mails")
        os.kill(up.run_file()["workers"][0], signal.SIGKILL)
        assert await told(http) < len(SHOPPERS)
        await eventually(lambda: told(http, more_than=199), "the last mail", patience=60)
    mails = message_ids(up.data_dir / "mailbox")
    assert mails.keys() == set(SHOPPERS)
    assert {len(set(ids)) for ids in mails.values()} == {1}


async def in_tens(http: httpx.AsyncClient, shoppers: list[str]) -> None:
    slots = asyncio.Semaphore(10)

    async def ask(email: str) -> None:
        request = {"catalogReference": REFERENCE, "email": email}
        async with slots:
            reply = await http.post(BASE, json={"request": request, "itemDetails": ORCHID})
        assert reply.status_code == 200, reply.text

    await asyncio.gather(*(ask(email) for email in shoppers))


async def told(http: httpx.AsyncClient, more_than: int = 0) -> int:
    """How many were told, once they are more than this; 0 before."""
    query = {"filter": {"status": "NOTIFICATION_SENT"}, "paging": {"limit": 1}}
    reply = await http.post(f"{BASE}/query", json={"query": query})
    total = int(reply.json()["metadata"]["total"])
    return total if total > more_than else 0


def message_ids(folder: Path) -> dict[str, list[str]]:
    """The Message-IDs of the mails in the mailbox, by recipient."""
    kept: Any = mailbox.Maildir(folder, create=False)
    ids = defaultdict(list)
    for key in kept.keys():  # noqa: SIM118
        message = message_from_bytes(kept.get_bytes(key))
        ids[message["To"]].append(message["Message-ID"])
    return ids
