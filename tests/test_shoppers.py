"""A shopper is exported whole, and erased without a trace; only counts are left."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from shop import BASE, Shop
from shoppers import address
from temporalio.client import Client
from test_command_line import run
from traces import traces
from voyado import contact, keep_products, subscribed, v3, withdrawn
from waiting_lists import checked, get_import

from domain.bulk import BulkAction, NewBulk
from domain.ids import address_key
from domain.imports import Problem, ReadLine
from domain.messages import NewMessage
from domain.privacy import address_pattern

SHOPPERS = "/v1/shoppers"
EVERYWHERE = {
    "contacts.email",
    "contacts.first_name",
    "contacts.attributes",
    "contacts.consent",
    "requests.email",
    "requests.item_url",
    "sent_mails.mail",
    "purchases.address_key",
    "import_lines.wanted",
    "import_lines.cells",
    "idempotency_keys.reply",
    "mail_drafts.test_to",
    "consent_texts.text",
    "consents.url",
    "messages.text",
    "bulk_actions.filter",
}


def marked(mark: str) -> str:
    """An address that holds a word which is nowhere else."""
    return f"told.{mark}@example.com"


async def known_everywhere(shop: Shop, mark: str) -> list[str]:
    """Have a shopper leave something wherever that is possible; returns the open requests."""
    email = marked(mark)
    details = {"firstName": mark, "attributes": {"friend": email}, "consent": {"by": mark}}
    contact_id = await contact(shop, email, **details)
    told = await shop.ask(email, itemUrl=f"https://shop.example.com/?for={mark}")
    await shop.report()
    await shop.until(told, "NOTIFICATION_SENT")
    await v3(shop, "POST", "/purchases", {"email": email, "sku": "SKU-1"})
    await checked(shop, f"email,sku,product\n{email.upper()},SKU-2,Bag\n,SKU-3,for {email}\n")
    await shop.store.pool.execute(
        "INSERT INTO mail_drafts (id, site, kind, locale, author, based_on, subject, text, html, "
        "test_to) VALUES ($1, $2, 'back_in_stock', '', $3, 0, '', '', '', $4)",
        *(uuid4(), shop.site, uuid4().hex, email),
    )
    letter = NewMessage(contact_id=UUID(contact_id), subject="Sorry", text=f"Dear {mark}")
    await shop.store.messages.add(shop.site, letter)
    retry = NewBulk(action=BulkAction.RETRY, filter={"email": email}, expected=1)
    await shop.store.bulks.add(shop.site, retry)
    agreed = {"text": f"Tell {mark}", "url": f"https://shop.example.com/{mark}"}
    body = shop.new_request(email, "fern") | {"consent": agreed}
    headers = {"Idempotency-Key": uuid4().hex}
    kept = await shop.call("POST", BASE, body, headers=headers)
    return [await subscribed(shop, contact_id), kept.json()["request"]["id"]]


async def export(shop: Shop, email: str) -> dict[str, Any]:
    reply = await shop.call("POST", f"{SHOPPERS}/export", {"email": email})
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Disposition"] == 'attachment; filename="shopper.json"'
    return dict(reply.json())


async def erase(shop: Shop, email: str) -> httpx.Response:
    return await shop.call("POST", f"{SHOPPERS}/erase", {"email": email})


def is_unknown(reply: httpx.Response) -> bool:
    code = reply.json()["details"]["applicationError"]["code"]
    return (reply.status_code, code) == (404, "SHOPPER_NOT_FOUND")


@pytest.mark.usefixtures("worker")
async def test_an_erased_shopper_is_in_no_column_of_any_table(shop: Shop, temporal: Client) -> None:
    mark, other = uuid4().hex, uuid4().hex
    await keep_products(shop, "sv-se", "SKU-1")
    open_ids = await known_everywhere(shop, mark)
    await known_everywhere(shop, other)
    assert await traces(shop.store, mark) >= EVERYWHERE
    reply = await erase(shop, marked(mark).upper())
    assert reply.status_code == 200, reply.text
    counts = reply.json()
    assert counts.pop("inboxLines") >= 4
    assert counts == {
        "requests": 3,
        "openRequests": 2,
        "consents": 1,
        "purchases": 1,
        "importLines": 2,
    }
    assert await traces(shop.store, mark) == set()
    for request_id in open_ids:
        await withdrawn(temporal, request_id)
    assert await traces(shop.store, other) >= EVERYWHERE
    assert is_unknown(await erase(shop, marked(mark)))


async def test_an_export_holds_all_that_is_known(shop: Shop) -> None:
    mark = uuid4().hex
    await keep_products(shop, "sv-se", "SKU-1")
    await known_everywhere(shop, mark)
    found = await export(shop, marked(mark))
    assert found["contact"]["attributes"] == {"friend": marked(mark)}
    assert found["contact"]["consent"] == {"by": mark}
    told, *_ = found["requests"]
    assert [each["status"] for each in found["requests"]] == [
        "NOTIFICATION_SENT",
        "RECEIVED",
        "RECEIVED",
    ]
    assert told["timeline"][0]["kind"] == "requested"
    assert told["deliveries"][0]["state"] == "accepted"
    assert f"To: {marked(mark)}" in told["mails"][0]["source"]
    assert [line["author"] for line in found["inbox"]][:2] == ["shopper", "restock"]
    assert [each["text"] for each in found["messages"]] == [f"Dear {mark}"]
    assert [each["text"] for each in found["consents"]] == [f"Tell {mark}"]
    assert [each["sku"] for each in found["purchases"]] == ["SKU-1"]
    assert [each["state"] for each in found["importLines"]] == ["new", "rejected"]


async def test_an_export_comes_in_pieces_however_much_there_is(shop: Shop) -> None:
    email = address()
    ids = [await shop.ask(email, f"item-{number}") for number in range(45)]
    found = await export(shop, email)
    assert [each["id"] for each in found["requests"]] == ids
    assert len(found["inbox"]) == 45


async def test_whoever_only_bought_is_a_shopper_too(shop: Shop) -> None:
    email = address()
    await v3(shop, "POST", "/purchases", {"email": email, "sku": "SKU-1"})
    found = await export(shop, email)
    assert found["contact"] is None
    assert found["purchases"][0]["sku"] == "SKU-1"
    assert (await erase(shop, email)).json()["purchases"] == 1
    assert is_unknown(await erase(shop, email))


async def test_whoever_is_only_in_a_line_that_cannot_be_used_is_a_shopper_too(
    shop: Shop,
) -> None:
    email, other = address(), address()
    rows = f",SKU-1,for {email}\n,SKU-2,for a.{email}\n,SKU-3,for {other}\n"
    await checked(shop, f"email,sku,product\n{rows}")
    found = await export(shop, email)
    assert [line["cells"][1] for line in found["importLines"]] == ["SKU-1"]
    assert (await erase(shop, email)).json()["importLines"] == 1
    assert is_unknown(await erase(shop, email))
    assert (await erase(shop, other)).json()["importLines"] == 1


async def test_a_shopper_of_another_site_is_unknown(shop: Shop, other_shop: Shop) -> None:
    email = address()
    await shop.ask(email)
    assert is_unknown(await erase(other_shop, email))
    reply = await other_shop.call("POST", f"{SHOPPERS}/export", {"email": email})
    assert is_unknown(reply)
    await other_shop.ask(email)
    assert (await erase(other_shop, email)).json()["requests"] == 1
    assert len((await export(shop, email))["requests"]) == 1


async def test_a_restock_keeps_the_count_of_those_it_told(shop: Shop) -> None:
    emails = [address(name) for name in ("told", "told", "refused")]
    ids = [await shop.ask(email) for email in emails]
    await shop.report()
    for request_id, status in zip(ids, ("NOTIFICATION_SENT",) * 2 + ("FAILED",), strict=True):
        await shop.until(request_id, status)
    for email in emails[1:]:
        await erase(shop, email)
    (logged,) = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    counts = {name: logged[name] for name in ("told", "failed", "erased")}
    assert counts == {"told": 2, "failed": 1, "erased": 2}
    outcome = await shop.store.restocks.outcomes(shop.site, [UUID(logged["restockId"])])
    assert (outcome.told, outcome.failed, outcome.erased) == (2, 1, 2)


async def test_shoppers_of_the_same_restocks_are_erased_side_by_side(shop: Shop) -> None:
    emails = [address() for _ in range(8)]
    for item in ("orchid", "fern"):
        ids = [await shop.ask(email, item) for email in emails]
        await shop.report(item)
        for request_id in ids:
            await shop.until(request_id, "NOTIFICATION_SENT")
    replies = await asyncio.gather(*(erase(shop, email) for email in emails))
    assert [reply.status_code for reply in replies] == [200] * 8
    listed = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    assert sum(each["told"] for each in listed) == sum(each["erased"] for each in listed) == 16


async def test_a_shopper_who_asks_while_being_erased_is_new_or_gone(shop: Shop) -> None:
    email = address()
    await shop.ask(email)
    erased, *asked = await asyncio.gather(
        erase(shop, email), *(shop.post_request(email, f"item-{n}") for n in range(8))
    )
    assert erased.status_code == 200
    assert {reply.status_code for reply in asked} == {200}
    rest = 9 - erased.json()["requests"]
    sql = "SELECT count(*) FROM requests WHERE site = $1"
    assert await shop.store.pool.fetchval(sql, shop.site) == rest


async def test_a_file_that_is_still_read_is_to_be_sent_again(shop: Shop) -> None:
    email = address("kim")
    await shop.ask(email)
    imports, found = shop.store.imports, []
    for content in (
        f"email,sku\n{email.upper()},A\n".encode(),
        f"email\tsku\n{email}\tA\n".encode("utf-16"),
        b"email,sku\na@b.se,A\n",
    ):
        found.append(await imports.create(shop.site, "a.csv", "", ["email", "sku"], content))
    assert (await erase(shop, email)).json()["importLines"] == 2
    states = [(await get_import(shop, str(each.id)))["state"] for each in found]
    assert states == ["failed", "failed", "checking"]
    assert await imports.content(shop.site, found[0].id) is None
    # Who reads it goes on for a while.
    line = ReadLine(2, [], email, None, [Problem("", "x")])
    await imports.keep_lines(found[0], [line])
    assert await imports.rejected(shop.site, found[0].id, 10) == []
    await imports.keep_lines(found[2], [line])
    assert len(await imports.rejected(shop.site, found[2].id, 10)) == 1


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("kim@example.com", True),
        ("Kim <KIM@example.com>", True),
        ("write to kim@example.com.", True),
        ("kim@example.com, bo@example.com", True),
        ("akim@example.com", False),
        ("a.kim@example.com", False),
        ("kim@example.com.au", False),
        ("kim@example.community", False),
        ("kim@exampleXcom", False),
    ],
)
async def test_an_address_is_not_found_in_another(shop: Shop, text: str, holds: bool) -> None:
    sql = "SELECT $1 ~* $2"
    assert await shop.store.pool.fetchval(sql, text, address_pattern("kim@example.com")) is holds


@pytest.mark.parametrize("email", ["o'kim+a{2}*$@example.com", "kim-&~#|^?!=/%@example.com"])
async def test_an_odd_address_is_found_as_it_is(shop: Shop, email: str) -> None:
    sql = "SELECT $1 ~* $2"
    pattern = address_pattern(address_key(email))
    assert await shop.store.pool.fetchval(sql, f"x {email} y", pattern) is True
    assert await shop.store.pool.fetchval(sql, f"x {email[1:]} y", pattern) is False


@pytest.fixture
def env(postgres_dsn: str) -> dict[str, str]:
    return {"RESTOCK_DATABASE_URL": postgres_dsn}


async def test_the_command_line_exports_and_erases(shop: Shop, env: dict[str, str]) -> None:
    email, site = address(), ("--site", shop.site)
    await shop.ask(email)
    code, out, err = await run("shoppers", "export", email, *site, env=env)
    assert (code, err) == (0, "")
    assert json.loads(out)["requests"][0]["email"] == email
    code, out, _ = await run("shoppers", "erase", email, *site, "--yes", env=env)
    assert code == 0
    assert "Requests: 1 (1 open)" in out
    assert "Erased." in out
    for what in ("export", "erase"):
        code, _, err = await run("shoppers", what, email, *site, env=env)
        assert (code, err) == (1, "Nothing is known of this address.\n")


NO_SHOPPER_IN = {
    "api_keys",
    "arrivals",
    "audit_log",
    "collection_settings",
    "console_sessions",
    "feed_uploads",
    "import_contents",
    "imports",
    "mail_templates",
    "policies",
    "product_feeds",
    "products",
    "restock_holds",
    "restock_pages",
    "restocks",
    "schema_migrations",
    "sites",
    "stock_levels",
    "user_sites",
    "users",
    "withdrawals",
}
"""Tables that hold no shopper; a file that is being read is in one of the tests above."""


async def test_of_every_table_it_is_known_whether_shoppers_are_in_it(shop: Shop) -> None:
    tables = await shop.store.pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    erased = {column.partition(".")[0] for column in EVERYWHERE}
    # Known by the ids of what is erased alone.
    by_id = {"conversations", "timeline", "deliveries", "conversions", "ended_requests"}
    assert {name for (name,) in tables} == erased | by_id | NO_SHOPPER_IN
