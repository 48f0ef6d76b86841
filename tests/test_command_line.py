"""The `restock` command as a process: what it prints, and how it ends."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from shop import Shop
from temporalio.client import Client

from store.migrations import latest
from store.store import Store

ROOT = Path(__file__).parents[1]


async def run(
    *arguments: str, env: dict[str, str] | None = None, code: str | None = None
) -> tuple[int, str, str]:
    """Run `restock`, or a piece of Python, with nothing of this process's environment."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    program = ("-c", code) if code else ("-m", "cli")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        *arguments,
        env=inherited | (env or {}),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def database(postgres_dsn: str) -> dict[str, str]:
    return {"RESTOCK_DATABASE_URL": postgres_dsn}


async def test_a_key_is_made_used_listed_and_revoked(
    database: dict[str, str], store: Store, shop: Shop
) -> None:
    site = f"cli-{uuid4().hex[:8]}"
    create = ("keys", "create", "--scope", "owner", "--site", site, "--label", "till 2")
    code, out, err = await run(*create, env=database)
    key = out.removesuffix("\n")
    assert (code, err, out.count("\n")) == (0, "", 1)
    found = await store.sites.find_key(key)
    assert found
    assert (found.site, found.scope) == (site, "owner")
    reply = await shop.http.get("/v1/policy", headers={"Authorization": key})
    assert reply.status_code == 200

    code, out, _ = await run("keys", "list", "--site", site, env=database)
    assert code == 0
    for shown in (str(found.id), site, "owner", "till 2"):
        assert shown in out
    assert key not in out
    assert (await run("keys", "revoke", str(found.id), env=database))[0] == 0
    assert await store.sites.find_key(key) is None


async def test_what_is_not_there_cannot_be_changed(database: dict[str, str]) -> None:
    unknown = str(UUID(int=7))
    revoked, changed = await asyncio.gather(
        run("keys", "revoke", unknown, env=database),
        run("sites", "change", "no-such-site", "--name", "x", env=database),
    )
    assert revoked == (1, "", f"There is no key {unknown}.\n")
    assert changed == (1, "", "There is no site no-such-site.\n")


async def test_a_site_is_made_changed_and_listed(database: dict[str, str]) -> None:
    site = f"cli-{uuid4().hex[:8]}"
    for arguments in (
        ("create", site, "--name", "Orchids"),
        ("create", site, "--name", "ignored"),
        ("change", site, "--owner-email", "owner@example.com"),
    ):
        assert (await run("sites", *arguments, env=database))[0] == 0
    code, out, _ = await run("sites", "list", env=database)
    (line,) = [line for line in out.splitlines() if site in line]
    assert code == 0
    assert "Orchids" in line
    assert "owner@example.com" in line


async def test_migrating_again_says_that_nothing_is_to_do(database: dict[str, str]) -> None:
    replies = await asyncio.gather(*(run("migrate", env=database) for _ in range(2)))
    assert set(replies) == {(0, f"up to date at {latest()}\n", "")}


async def test_what_is_wrong_is_one_clear_line(database: dict[str, str]) -> None:
    nowhere = {"RESTOCK_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/restock"}
    misspelt, bad_value, bad_site, no_server = await asyncio.gather(
        run("keys", "list", env=database | {"RESTOCK_PROT": "1"}),
        run("keys", "list", env=database | {"RESTOCK_PORT": "eighty"}),
        run("sites", "create", "Not A Site", env=database),
        run("keys", "list", env=nowhere),
    )
    for code, out, err in (misspelt, bad_value, bad_site, no_server):
        assert (code, out) == (1, "")
        assert err.count("\n") == 1, err
    assert "Did you mean RESTOCK_PORT?" in misspelt[2]
    assert bad_value[2].startswith("RESTOCK_PORT: ")


async def test_a_wrong_flag_ends_with_2(database: dict[str, str]) -> None:
    results = await asyncio.gather(
        run("keys", "create", "--scope", "admin", env=database),
        run("keys", "list", "--no-such-flag", env=database),
        run("no-such-command", env=database),
    )
    assert [code for code, _, _ in results] == [2, 2, 2]


_CONNECT_AND_LEAVE = """
import asyncio, sys
from temporalio.client import Client
from cli.exit import leave
asyncio.run(Client.connect(sys.argv[1]))
print("done")
leave(int(sys.argv[2]))
"""


async def test_a_process_that_used_temporal_always_ends_with_its_own_code(
    temporal: Client,
) -> None:
    target = temporal.service_client.config.target_host
    slots = asyncio.Semaphore(6)

    async def connect_and_leave(number: int) -> tuple[int, str, str]:
        async with slots:
            return await run(target, str(number % 3), code=_CONNECT_AND_LEAVE)

    ended = await asyncio.gather(*(connect_and_leave(number) for number in range(30)))
    assert ended == [(number % 3, "done\n", "") for number in range(30)]
