"""`Idempotency-Key`: a call that is repeated is done once and answered the same."""

import asyncio
from uuid import uuid4

from shop import BASE, ORCHID, STORES, Shop
from shoppers import address


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def test_a_repeated_create_gets_the_first_reply_and_makes_nothing_new(shop: Shop) -> None:
    body, headers = shop.new_request(address()), key()
    first = await shop.call("POST", BASE, body, headers=headers)
    request_id = first.json()["request"]["id"]
    await shop.call("PUT", f"{BASE}/{request_id}/mark-as-notification-sent")
    again = await shop.call("POST", BASE, body, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_the_same_key_with_another_body_is_a_conflict(shop: Shop) -> None:
    headers = key()
    await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    reply = await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    assert reply.status_code == 409
    assert reply.json()["details"]["applicationError"]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_twenty_creates_at_once_with_one_key_get_one_reply(shop: Shop) -> None:
    body, headers = shop.new_request(address()), key()
    calls = (shop.call("POST", BASE, body, headers=headers) for _ in range(20))
    replies = await asyncio.gather(*calls)
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["request"]["id"] for reply in replies}) == 1


async def test_a_refused_create_does_not_use_the_key_up(shop: Shop) -> None:
    body, headers = shop.new_request(address()), key()
    await shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    refused = await shop.call("POST", BASE, body, headers=headers)
    await shop.collect()
    taken = await shop.call("POST", BASE, body, headers=headers)
    assert (refused.status_code, taken.status_code) == (428, 200)


async def test_a_key_is_free_again_after_24_hours(shop: Shop) -> None:
    headers = key()
    await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    await shop.store.pool.execute(
        "UPDATE idempotency_keys SET created_date = now() - interval '25 hours' WHERE site = $1",
        shop.site,
    )
    reply = await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    assert reply.status_code == 200


async def test_two_sites_may_use_the_same_key(shop: Shop, other_shop: Shop) -> None:
    headers = key()
    first = await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    second = await other_shop.call("POST", BASE, shop.new_request(address()), headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)


async def test_a_repeated_report_with_a_key_is_answered_and_not_done_again(shop: Shop) -> None:
    reference = {"appId": STORES, "catalogItemId": "orchid"}
    body, headers = {"catalogReference": reference, "itemDetails": ORCHID}, key()
    path = f"{BASE}/report-items-back-in-stock"
    await shop.call("POST", path, body, headers=headers)
    later = await shop.ask(address())
    reply = await shop.call("POST", path, body, headers=headers)
    assert (reply.status_code, reply.json()) == (200, {})
    other = await shop.ask(address(), item="another")
    await shop.report(item="another")
    await shop.until(other, "NOTIFICATION_SENT")
    assert (await shop.get(later))["status"] == "RECEIVED"


async def test_an_empty_or_endless_key_is_refused(shop: Shop) -> None:
    for value in ("", "x" * 256):
        headers = {"Idempotency-Key": value}
        reply = await shop.call("POST", BASE, shop.new_request(address()), headers=headers)
        assert reply.status_code == 400
