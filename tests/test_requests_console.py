"""The console's list of requests, its export, its changes of many, and messages to shoppers."""

import csv
import re
from collections.abc import AsyncIterator
from io import StringIO
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from console.browserless import Browserless, notice, text_of
from fastapi import FastAPI
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from voyado import keep_products, subscribed

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import Store
from workflows.client import connect
from workflows.engine import Engine


@pytest.fixture
def app(store: Store, temporal: Client, settings: Settings) -> FastAPI:
    return create_app(Services(store, Engine(temporal), settings))


@pytest_asyncio.fixture
async def owner(app: FastAPI, shop: Shop) -> AsyncIterator[Browserless]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
        yield await Browserless.sign_in(http, shop)


@pytest_asyncio.fixture
async def cut_off(shop: Shop, settings: Settings) -> AsyncIterator[Browserless]:
    """The owner, at an API that cannot reach Temporal."""
    engine = Engine(await connect(lazy=True, address="127.0.0.1:1"))
    transport = httpx.ASGITransport(create_app(Services(shop.store, engine, settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
        yield await Browserless.sign_in(http, shop)


async def many(shop: Shop, count: int) -> list[str]:
    return [await shop.ask(address()) for _ in range(count)]


def listed(reply: httpx.Response) -> list[str]:
    return re.findall(r'name="ids" value="([-\w]+)"', reply.text)


def link(reply: httpx.Response, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="/console([^"]+)"', reply.text)
    assert found
    return found[1].replace("&amp;", "&")


def rows(reply: httpx.Response) -> list[dict[str, str]]:
    assert reply.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(reply.text[1:], newline="")))


async def test_pages_follow_each_other_there_and_back(owner: Browserless, shop: Shop) -> None:
    ids = await many(shop, 53)
    first = await owner.get("/requests", status="RECEIVED")
    second = await owner.get(link(first, "next"))
    assert listed(first) + listed(second) == ids[::-1]
    again = await owner.get(link(second, "prev"))
    assert listed(again) == listed(first)
    assert "All 53" in text_of(first)


async def test_an_item_is_found_by_its_name_in_the_feed_its_number_or_its_key(
    owner: Browserless, shop: Shop
) -> None:
    await keep_products(shop, "sv-se", "AD-77")
    contact = await shop.row(await shop.ask(address()))
    wanted = await shop.row(await subscribed(shop, str(contact.contact_id), "AD-77"))
    for words in ("ad-7", "BAG", wanted.item_key):
        assert listed(await owner.get("/requests", item=words)) == [str(wanted.id)], words
    assert listed(await owner.get("/requests", item="no such thing")) == []


async def test_days_are_those_of_the_shops_calendar(owner: Browserless, shop: Shop) -> None:
    await shop.call("PATCH", "/v1/policy", {"timeZone": "Pacific/Kiritimati"})
    request_id = await shop.ask(address())
    sql = "UPDATE requests SET created_date = '2026-03-09T10:30:00Z' WHERE id = $1::uuid"
    await shop.store.pool.execute(sql, request_id)
    assert listed(await owner.get("/requests", since="2026-03-10", until="2026-03-10"))
    assert not listed(await owner.get("/requests", until="2026-03-09"))


async def test_the_export_has_what_the_filter_finds_and_no_formula(
    owner: Browserless, shop: Shop
) -> None:
    details = {"name": '=HYPERLINK("http://evil.example")', "price": "1.00"}
    email = address("anna")
    request_id = await shop.ask(email, "-1+2", item_details=details, options={"size": "S"})
    await shop.ask(address("bert"))
    reply = await owner.get("/requests/export.csv", address="anna")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["content-disposition"]
    (row,) = rows(reply)
    assert (row["Request id"], row["Address"], row["Status"]) == (request_id, email, "Waits")
    assert row["Item"] == """'=HYPERLINK("http://evil.example")"""
    assert (row["Item id"], row["Options"]) == ("'-1+2", '{"size": "S"}')
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", row["Asked"])


async def test_the_export_goes_on_over_many_pages(
    owner: Browserless, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.requests.listing.PAGE_SIZE", 3)
    ids = await many(shop, 8)
    exported = rows(await owner.get("/requests/export.csv"))
    assert [row["Request id"] for row in exported] == ids[::-1]


async def test_a_change_of_many_says_how_many_and_what_before_it_is_done(
    owner: Browserless, shop: Shop
) -> None:
    told, waits = await shop.ask(address("anna")), await shop.ask(address("anna"))
    await shop.call(
        "PUT", f"/v1/back-in-stock-notification-requests/{told}/mark-as-notification-sent", {}
    )
    asked = await owner.post("/requests/bulk/confirm", action="announce", ids=[told, waits])
    said = text_of(asked)
    assert "Announce now: 1 request" in said
    assert "2 requests are chosen; this concerns 1 of them." in said
    assert (await shop.get(waits))["status"] == "RECEIVED"
    chosen = {"everything": "true", "address": "anna", "action": "announce"}
    begun = await owner.post("/requests/bulk", **chosen)
    assert notice(begun) == "1 request was announced."
    assert begun.headers["location"] == "/console/requests?address=anna"
    await shop.until(waits, "NOTIFICATION_SENT")


async def test_a_date_that_cannot_be_read_does_not_mean_all_requests(
    owner: Browserless, shop: Shop
) -> None:
    (request_id,) = await many(shop, 1)
    chosen = {"everything": "true", "since": "yesterday", "action": "delete"}
    assert "There is nothing to do" in text_of(await owner.post("/requests/bulk/confirm", **chosen))
    begun = await owner.post("/requests/bulk", **chosen)
    assert notice(begun) == "There is no request to do this to. Nothing was changed."
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def test_while_temporal_is_away_a_change_of_many_is_kept(
    cut_off: Browserless, shop: Shop
) -> None:
    (request_id,) = await many(shop, 1)
    begun = await cut_off.post("/requests/bulk", action="mark", ids=request_id)
    progress = await cut_off.get(begun.headers["location"].removeprefix("/console"))
    assert "0 of about 1 so far." in text_of(progress)
    kept = await shop.store.bulks.not_started(older_than_seconds=0, limit=500)
    assert shop.site in {each.site for each in kept}


async def test_while_temporal_is_away_a_message_is_kept(cut_off: Browserless, shop: Shop) -> None:
    request = await shop.row(await shop.ask(address()))
    path = f"/inbox/{request.contact_id}"
    reply = await cut_off.post(path, subject="Hello", text="You")
    assert notice(reply) == "Your message is kept, and is sent as soon as Restock works again."
    assert "on its way" in text_of(await cut_off.get(path))


async def test_too_many_messages_are_refused_and_what_was_typed_is_kept(
    owner: Browserless, shop: Shop, monkeypatch: pytest.MonkeyPatch, sink: SmtpSink
) -> None:
    async def one_too_many(*_: object) -> int:
        return 42

    monkeypatch.setattr("api.console.inbox.threads.wait_before_writing", one_too_many)
    email = address()
    request = await shop.row(await shop.ask(email))
    reply = await owner.post(f"/inbox/{request.contact_id}", subject="Hello", text="Dear Anna")
    assert reply.status_code == 429
    assert "Send this one in 42 seconds." in reply.text
    assert "Dear Anna" in reply.text
    assert sink.to(email) == []


async def test_a_site_may_write_twenty_messages_a_minute(
    owner: Browserless, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.inbox.threads._PATIENCE_SECONDS", 0.0)
    request = await shop.row(await shop.ask(address()))
    path = f"/inbox/{request.contact_id}"
    # What is not sent is not counted.
    assert (await owner.post(path, subject="Hello", text="")).status_code == 400
    codes = [(await owner.post(path, subject="Hello", text="You")).status_code for _ in range(21)]
    assert codes == [303] * 20 + [429]


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("Hello\r\nBcc: all@example.com", "You", "must be one line"),
        ("x" * 201, "You", "must not be longer than 200 characters"),
        ("", "You", "must not be empty"),
        ("Hello", " \n", "must not be empty"),
        ("Hello", "x" * 10_001, "must not be longer than 10,000 characters"),
        ("Hello", "a\0b", "must not contain a NUL character"),
    ],
)
async def test_a_message_that_cannot_be_sent_says_why(
    owner: Browserless, shop: Shop, subject: str, text: str, said: str
) -> None:
    request = await shop.row(await shop.ask(address()))
    reply = await owner.post(f"/inbox/{request.contact_id}", subject=subject, text=text)
    assert reply.status_code == 400
    assert said in reply.text


async def test_the_log_of_changes_names_no_shopper(owner: Browserless, shop: Shop) -> None:
    email = address("anna")
    request = await shop.row(await shop.ask(email))
    path = f"/requests/{request.id}"
    await owner.post(f"{path}/address", email=address("anna"))
    await owner.post(f"/inbox/{request.contact_id}", subject="Hello", text="You")
    await owner.post(f"{path}/announce")
    await owner.post("/requests/bulk", action="delete", everything="true", address="anna")
    lines = await shop.store.console.audit_lines(shop.site, None, 20)
    assert [line.what for line in lines] == [
        "Delete: 1 request.",
        "Announced an item to one shopper.",
        "Wrote to a shopper.",
        "Corrected the address of a request.",
    ]


async def test_an_unknown_request_is_said_to_be_gone(owner: Browserless) -> None:
    reply = await owner.get(f"/requests/{uuid4()}")
    assert reply.status_code == 404
    assert "There is no such request. It may have been deleted." in text_of(reply)
    assert (await owner.get("/requests/not-an-id")).status_code == 404
