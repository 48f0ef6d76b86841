"""API keys: how long they let in, and how one takes over from another."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from shop import Shop
from test_command_line import run

from store.records import ApiKey
from store.store import Store

TILL = ("--scope", "inventory", "--label", "till 2")


@pytest.fixture
def database(postgres_dsn: str) -> dict[str, str]:
    return {"RESTOCK_DATABASE_URL": postgres_dsn}


async def keys(database: dict[str, str], *arguments: str) -> str:
    """What `restock keys` prints."""
    code, out, err = await run("keys", *arguments, env=database)
    assert (code, err) == (0, "")
    return out


async def found(store: Store, key: str) -> ApiKey:
    known = await store.sites.find_key(key)
    assert known
    return known


async def end(store: Store, key_id: UUID) -> None:
    """Let the time pass at which a key ends."""
    await store.pool.execute(
        "UPDATE api_keys SET expires_date = now() WHERE id = $1 AND expires_date > now()", key_id
    )


async def left(store: Store, key_id: UUID) -> timedelta | None:
    lifetime = "SELECT expires_date - now() FROM api_keys WHERE id = $1"
    remaining: timedelta | None = await store.pool.fetchval(lifetime, key_id)
    return remaining


async def test_a_new_key_takes_over_while_the_old_one_still_lets_in(
    database: dict[str, str], store: Store, shop: Shop
) -> None:
    old_key = (await keys(database, "create", "--site", shop.site, *TILL)).strip()
    old = await found(store, old_key)
    printed = await keys(database, "rotate", str(old.id), "--keep-old", "2d")
    new_key = printed.removesuffix("\n")
    assert printed.count("\n") == 1
    assert new_key.startswith("rsk_inventory_")
    new = await found(store, new_key)
    assert (new.site, new.scope) == (old.site, old.scope) == (shop.site, "inventory")
    assert new.id != old.id

    listed = (await keys(database, "list", "--site", shop.site)).splitlines()
    assert "expires date" in listed[0]
    lines = [line for line in listed if "till 2" in line]
    assert [line.split()[0] for line in lines] == [str(old.id), str(new.id)]
    assert [line.count(":") for line in lines] == [2, 1]
    remaining = await left(store, old.id)
    assert remaining is not None
    assert timedelta(days=1, hours=23) < remaining <= timedelta(days=2)
    assert await left(store, new.id) is None

    async def status(key: str) -> int:
        headers = {"apikey": key}
        reply = await shop.http.get("/api/v3/inventory/backinstock/log", headers=headers)
        return reply.status_code

    assert [await status(key) for key in (old_key, new_key)] == [200, 200]
    await end(store, old.id)
    assert [await status(key) for key in (old_key, new_key)] == [401, 200]


async def test_rotating_again_does_not_prolong_a_key(store: Store, shop: Shop) -> None:
    old = await found(store, shop.key("owner"))
    await store.sites.rotate_key(old, uuid4().hex, timedelta(hours=1))
    await store.sites.rotate_key(old, uuid4().hex, timedelta(days=9))
    remaining = await left(store, old.id)
    assert remaining is not None
    assert remaining <= timedelta(hours=1)


async def test_an_old_key_that_is_not_kept_ends_at_once(
    database: dict[str, str], store: Store, shop: Shop
) -> None:
    old = await found(store, shop.key("owner"))
    assert await keys(database, "rotate", str(old.id), "--keep-old", "0s")
    assert await store.sites.find_key(shop.key("owner")) is None


async def test_a_key_may_be_made_to_end(database: dict[str, str], store: Store, shop: Shop) -> None:
    create = ("create", "--site", shop.site, *TILL, "--expires-in", "90s")
    made = await found(store, (await keys(database, *create)).strip())
    remaining = await left(store, made.id)
    assert remaining is not None
    assert timedelta(0) < remaining <= timedelta(seconds=90)
    rotate = ("rotate", str(made.id), "--expires-in", "30m")
    turned = await found(store, (await keys(database, *rotate)).strip())
    remaining = await left(store, turned.id)
    assert remaining is not None
    assert timedelta(minutes=29) < remaining <= timedelta(minutes=30)


async def test_keys_that_let_nobody_in_cannot_be_rotated(
    database: dict[str, str], store: Store, shop: Shop
) -> None:
    unknown = UUID(int=7)
    revoked = await found(store, shop.key("owner"))
    expired = await found(store, shop.key("inventory"))
    await store.sites.revoke_key(revoked.id)
    await store.sites.rotate_key(expired, uuid4().hex, timedelta(0))
    results = await asyncio.gather(
        *(
            run("keys", "rotate", str(each), env=database)
            for each in (unknown, revoked.id, expired.id)
        )
    )
    assert results == [
        (1, "", f"There is no key {unknown}.\n"),
        (1, "", f"Key {revoked.id} is revoked.\n"),
        (1, "", f"Key {expired.id} has expired.\n"),
    ]
    with pytest.raises(ValueError, match=f"Key {revoked.id} has just ended"):
        await store.sites.rotate_key(revoked, uuid4().hex, timedelta(hours=1))
    listed = await keys(database, "list", "--site", shop.site)
    assert listed.count("owner") == 1


@pytest.mark.parametrize("text", ["soon", "-1h", "2w", "9999999999999d"])
async def test_what_is_no_duration_is_refused(database: dict[str, str], text: str) -> None:
    results = await asyncio.gather(
        run("keys", "create", *TILL, f"--expires-in={text}", env=database),
        run("keys", "rotate", str(UUID(int=7)), f"--keep-old={text}", env=database),
    )
    for code, out, err in results:
        assert (code, out) == (2, "")
        assert "is no duration" in err
