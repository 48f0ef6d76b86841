"""`restock users`: who signs in to the console by name, as the operator says."""

import asyncio
import sys
from uuid import uuid4

import httpx
import pytest
from shop import Shop
from test_command_line import ROOT, run

from store.store import Store

PASSWORD = "correct horse battery"


@pytest.fixture
def database(postgres_dsn: str) -> dict[str, str]:
    return {"RESTOCK_DATABASE_URL": postgres_dsn}


async def users(
    database: dict[str, str], *arguments: str, typed: str = PASSWORD
) -> tuple[int, str]:
    """Run `restock users`; the password is not among its arguments, which others can read."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "users", *arguments),
        env=database,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate(f"{typed}\n".encode())
    assert process.returncode is not None
    return process.returncode, printed.decode()


async def signs_in(http: httpx.AsyncClient, name: str, password: str) -> bool:
    form = {"name": name, "password": password}
    reply = await http.post("/console/sign-in", data=form)
    http.cookies.clear()
    return reply.status_code == 303


async def test_somebody_is_let_in_gets_a_new_password_and_is_shut_out(
    database: dict[str, str], shop: Shop, other_shop: Shop, http: httpx.AsyncClient
) -> None:
    name = f"Olga {uuid4().hex[:8]}"
    assert await users(database, "create", name, "--site", shop.site) == (
        0,
        f"{name} may sign in to {shop.site}.\n",
    )
    assert await signs_in(http, name.lower(), PASSWORD)
    assert not await signs_in(http, name, "another password")
    assert (await users(database, "create", name, "--site", shop.site))[0] == 1
    assert (await users(database, "give", name, "--site", other_shop.site))[0] == 0
    _, listed = await users(database, "list", "--site", other_shop.site)
    assert name in listed
    assert (await users(database, "password", name, typed="another password"))[0] == 0
    assert await signs_in(http, name, "another password")
    for each in (shop, other_shop):
        assert (await users(database, "remove", name, "--site", each.site))[0] == 0
    assert not await signs_in(http, name, "another password")


async def test_only_a_hash_of_the_password_is_kept(
    database: dict[str, str], shop: Shop, store: Store
) -> None:
    name = f"Olga {uuid4().hex[:8]}"
    await users(database, "create", name, "--site", shop.site)
    user = await store.users.find(name)
    assert user
    assert user.password.startswith("$argon2id$")
    assert PASSWORD not in user.password


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("create", "Olga", "--site", "no-such-site"), PASSWORD, "There is no site no-such-site"),
        (("create", "Olga"), "short", "must have 10 to 200 characters"),
        (("create", "Ol\nga"), PASSWORD, "must be one line"),
        (("password", "nobody-at-all"), PASSWORD, "Nobody signs in as nobody-at-all."),
        (("give", "nobody-at-all", "--site", "nowhere"), PASSWORD, "There is no site nowhere"),
        (("remove", "nobody-at-all"), PASSWORD, "Nobody signs in to main as nobody-at-all."),
    ],
)
async def test_what_cannot_be_done_is_said(
    database: dict[str, str], arguments: tuple[str, ...], typed: str, said: str
) -> None:
    code, printed = await users(database, *arguments, typed=typed)
    assert code != 0
    assert said in printed
    assert "Traceback" not in printed


async def test_the_help_says_what_there_is(database: dict[str, str]) -> None:
    code, printed, _ = await run("users", "--help", env=database)
    assert code == 0
    for command in ("create", "give", "list", "password", "remove"):
        assert command in printed
