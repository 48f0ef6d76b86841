"""What shoppers agreed to is kept: when, where, which text, and by which door."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from shop import BASE, Shop
from shoppers import address
from test_request_errors import violations
from voyado import SUBSCRIPTIONS, contact, v3
from waiting_lists import confirmed

from domain.consent import ConsentKind, network_of

AGREED = {"text": "Mail me once when it is back.", "url": "https://shop.example.com/orchid"}


async def consents(shop: Shop, email: str) -> list[dict[str, Any]]:
    reply = await shop.call("POST", "/v1/shoppers/export", {"email": email})
    return list(reply.json()["consents"])


async def ask(shop: Shop, email: str, scope: str = "owner", **headers: str) -> httpx.Response:
    body = shop.new_request(email) | {"consent": AGREED}
    return await shop.call("POST", BASE, body, scope=scope, headers=headers)


async def texts(shop: Shop) -> list[str]:
    sql = "SELECT text FROM consent_texts WHERE site = $1"
    return [row["text"] for row in await shop.store.pool.fetch(sql, shop.site)]


async def test_a_consent_is_kept_with_its_request(shop: Shop) -> None:
    email = address()
    made = (await ask(shop, email, scope="storefront")).json()["request"]
    (kept,) = await consents(shop, email)
    key = await shop.store.sites.find_key(shop.key("storefront"))
    assert key
    assert kept.pop("at")[:10] == made["createdDate"][:10]
    assert kept.pop("id")
    assert kept == {
        "kind": "given",
        "source": f"storefront key {key.id}",
        "network": "127.0.0.0/24",
        "text": AGREED["text"],
        "url": AGREED["url"],
        "locale": None,
        "requestId": made["id"],
    }


async def test_of_a_shops_own_server_no_network_is_kept(shop: Shop) -> None:
    email = address()
    await ask(shop, email)
    (kept,) = await consents(shop, email)
    assert kept["network"] is None
    assert kept["source"].startswith("owner key ")


async def test_a_text_is_stored_once_however_many_agree_to_it(shop: Shop) -> None:
    emails = [address() for _ in range(3)]
    for email in emails:
        await ask(shop, email)
    assert await texts(shop) == [AGREED["text"]]
    for email in emails[:2]:
        await shop.call("POST", "/v1/shoppers/erase", {"email": email})
    (kept,) = await consents(shop, emails[2])
    assert kept["text"] == AGREED["text"]
    await shop.call("POST", "/v1/shoppers/erase", {"email": emails[2]})
    assert await texts(shop) == []


async def test_a_consent_is_kept_once_however_often_the_call_is_repeated(shop: Shop) -> None:
    email, key = address(), uuid4().hex
    for _ in range(2):
        assert (await ask(shop, email, **{"Idempotency-Key": key})).status_code == 200
    assert (await ask(shop, email)).status_code == 409
    assert len(await consents(shop, email)) == 1


async def test_without_a_consent_none_is_kept(shop: Shop) -> None:
    email = address()
    await shop.ask(email)
    assert await consents(shop, email) == []


async def test_a_consent_outlives_its_request_but_not_its_shopper(shop: Shop) -> None:
    email = address()
    made = (await ask(shop, email)).json()["request"]
    await shop.call("DELETE", f"{BASE}/{made['id']}")
    (kept,) = await consents(shop, email)
    assert kept["requestId"] is None
    erased = await shop.call("POST", "/v1/shoppers/erase", {"email": email})
    assert erased.json()["consents"] == 1


async def test_a_subscription_brings_a_consent_too(shop: Shop) -> None:
    email = address()
    body = {"contactId": await contact(shop, email), "locale": "sv-SE", "sku": "SKU-1"}
    reply = await v3(shop, "POST", SUBSCRIPTIONS, body | {"consent": AGREED})
    assert reply.status_code == 201, reply.text
    (kept,) = await consents(shop, email)
    assert (kept["text"], kept["locale"]) == (AGREED["text"], "sv-SE")


@pytest.mark.usefixtures("worker")
async def test_an_imported_line_says_where_it_is_from(shop: Shop) -> None:
    email = address()
    await confirmed(shop, f"email,sku,product,date\n{email},SKU-1,Bag,2025-03-31\n")
    (kept,) = await consents(shop, email)
    assert (kept["kind"], kept["at"][:10]) == ("imported", "2025-03-31")
    assert kept["source"] == "From waiting-list.csv, line 2"


async def test_later_events_are_noted_beside_it(shop: Shop, other_shop: Shop) -> None:
    email = address()
    made = (await ask(shop, email)).json()["request"]
    ids = UUID(made["contactId"]), UUID(made["id"])
    note = shop.store.consents.note
    await note(shop.site, *ids, ConsentKind.CONFIRMED, "link in a mail")
    await note(other_shop.site, *ids, ConsentKind.WITHDRAWN, "link in a mail")
    assert [each["kind"] for each in await consents(shop, email)] == ["given", "confirmed"]


@pytest.mark.parametrize(
    ("consent", "field", "rule"),
    [
        ({}, "consent.text", "REQUIRED_FIELD"),
        ({"text": ""}, "consent.text", "MIN_LENGTH"),
        ({"text": "x" * 4001}, "consent.text", "MAX_LENGTH"),
        ({"text": "x\0"}, "consent.text", "FORMAT"),
        ({"text": "x", "url": "javascript:alert(1)"}, "consent.url", "FORMAT"),
        ({"text": "x", "url": f"https://x.test/{'a' * 2048}"}, "consent.url", "MAX_LENGTH"),
    ],
)
async def test_a_consent_that_cannot_be_kept_is_refused(
    shop: Shop, consent: Any, field: str, rule: str
) -> None:
    body = shop.new_request(address()) | {"consent": consent}
    assert violations(await shop.call("POST", BASE, body)) == [(field, rule)]


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", None),
        ("testclient", None),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_of_a_client_only_the_network_is_kept(client: str, network: str | None) -> None:
    assert network_of(client) == network
