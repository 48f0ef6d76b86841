"""With `concealWaiting` a storefront cannot tell who waits already."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from shop import BASE, STORES, Shop
from shoppers import address
from temporalio.client import Client
from voyado import SUBSCRIPTIONS, contact, listed, v3

OPTIONS = {"size": "L", "depth": 1.0, "colour": {"b": 1, "a": [2, None]}}
TIMES = {"createdDate", "createdOn"}
OF_REQUESTS = {"id", "contactId", "createdDate"}
OF_SUBSCRIPTIONS = {"id", "createdOn"}


async def conceal(shop: Shop) -> None:
    changed = await shop.call("PATCH", "/v1/policy", {"concealWaiting": True})
    assert changed.json()["concealWaiting"] is True


async def ask(shop: Shop, email: str, **headers: str) -> httpx.Response:
    body = shop.new_request(email, options=OPTIONS, itemUrl="https://shop.example.com/orchid")
    return await shop.call("POST", BASE, body, scope="storefront", headers=headers)


async def waiting(shop: Shop) -> list[dict[str, Any]]:
    reply = await shop.call("POST", f"{BASE}/query", {"query": {}})
    return list(reply.json()["requests"])


def compare(
    one: httpx.Response, other: httpx.Response, varying: set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both replies are the same but for what varies with every reply: ids, and the time."""
    assert one.status_code == other.status_code
    assert [*one.headers] == [*other.headers]
    first, second = ({**reply.json(), **reply.json().get("request", {})} for reply in (one, other))
    assert [*first] == [*second]
    for name in first.keys() - varying - {"request"}:
        assert first[name] == second[name], name
    for name in varying - TIMES:
        assert first[name] != second[name], name
        assert UUID(first[name]).version == UUID(second[name]).version == 4
    return first, second


async def test_a_shopper_who_waits_is_answered_as_a_new_one(shop: Shop) -> None:
    await conceal(shop)
    email = address()
    new, known = await ask(shop, email), await ask(shop, email)
    assert new.status_code == 200
    first, second = compare(new, known, OF_REQUESTS)
    assert new.json()["request"].keys() == {
        *("id", "catalogReference", "email", "contactId", "status", "createdDate", "itemUrl")
    }
    (made,) = await waiting(shop)
    assert made["catalogReference"] == first["catalogReference"]
    assert {made["id"], made["contactId"]}.isdisjoint(
        {reply[name] for reply in (first, second) for name in ("id", "contactId")}
    )


async def test_an_address_in_another_spelling_is_answered_as_it_was_sent(shop: Shop) -> None:
    await conceal(shop)
    email = address()
    await ask(shop, email)
    known = (await ask(shop, email.upper().replace("EXAMPLE.COM", "example.com"))).json()
    assert known["request"]["email"].partition("@")[0] == email.partition("@")[0].upper()
    assert len(await waiting(shop)) == 1


async def test_the_request_that_was_made_is_told(shop: Shop, temporal: Client) -> None:
    await conceal(shop)
    await ask(shop, address())
    (made,) = await waiting(shop)
    await temporal.get_workflow_handle(f"request/{made['id']}").signal("restock")
    await shop.until(made["id"], "NOTIFICATION_SENT")


async def test_a_repeated_call_gets_its_reply_again_whoever_waits(shop: Shop) -> None:
    await conceal(shop)
    email = address()
    keys = [{"Idempotency-Key": uuid4().hex} for _ in range(2)]
    (new, known), (new_again, known_again) = [
        [await ask(shop, email, **key) for key in keys] for _ in range(2)
    ]
    assert new.json() == new_again.json()
    assert known.json() == known_again.json()
    compare(new_again, known_again, OF_REQUESTS)
    for key in keys:
        other = await ask(shop, address(), **key)
        code = other.json()["details"]["applicationError"]["code"]
        assert (other.status_code, code) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_an_erased_shopper_is_in_no_kept_reply(shop: Shop) -> None:
    await conceal(shop)
    email = address()
    for _ in range(2):
        await ask(shop, email.upper(), **{"Idempotency-Key": uuid4().hex})
    (made,) = await waiting(shop)
    assert (await v3(shop, "DELETE", f"/contacts/{made['contactId']}")).status_code == 204
    kept = "SELECT count(*) FROM idempotency_keys WHERE site = $1"
    assert await shop.store.pool.fetchval(kept, shop.site) == 0


async def test_refusals_do_not_depend_on_who_waits(shop: Shop) -> None:
    await conceal(shop)
    email = address()
    await ask(shop, email)
    await shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    known, new = await ask(shop, email), await ask(shop, address())
    assert (known.status_code, known.json()) == (new.status_code, new.json())
    assert known.status_code == 428


async def subscribe(shop: Shop, contact_id: str, scope: str = "storefront") -> httpx.Response:
    body = {"contactId": contact_id, "locale": "sv-se", "sku": "SKU-1", "externalId": "SE-1"}
    return await v3(shop, "POST", SUBSCRIPTIONS, body, scope=scope)


async def test_a_contact_who_waits_is_answered_as_a_new_one(shop: Shop) -> None:
    await conceal(shop)
    contact_id = await contact(shop)
    new, known = await subscribe(shop, contact_id), await subscribe(shop, contact_id)
    assert new.status_code == 201
    compare(new, known, OF_SUBSCRIPTIONS)
    for reply in (new, known):
        assert reply.headers["Location"].endswith(f"{SUBSCRIPTIONS}/{reply.json()['id']}")
    (made,) = await listed(shop, contact_id)
    assert made["id"] not in (new.json()["id"], known.json()["id"])
    assert made == {**new.json(), **{name: made[name] for name in OF_SUBSCRIPTIONS}}


@pytest.mark.parametrize("scope", ["owner", "storefront"])
async def test_without_the_policy_and_for_an_owner_nothing_is_concealed(
    shop: Shop, scope: str
) -> None:
    if scope == "owner":
        await conceal(shop)
    email, contact_id = address(), await contact(shop)
    first, second = [
        await shop.call("POST", BASE, shop.new_request(email), scope=scope) for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (200, 409)
    new, known = [await subscribe(shop, contact_id, scope) for _ in range(2)]
    assert (new.status_code, known.status_code) == (201, 200)
    assert new.json() == known.json()
    ids = {first.json()["request"]["id"], new.json()["id"]}
    assert {request["id"] for request in await waiting(shop)} == ids
