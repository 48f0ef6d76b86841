"""Told, visited, bought: each mail's link says whose visit it is, and each counts once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop
from shoppers import address, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from voyado import v3

from api.app import create_app
from api.services import Services
from domain.images import LONGEST_URL
from domain.settings import Settings
from domain.visits import TOKEN_LENGTH, read_token, visit_token
from mails.links import item_link
from workflows.engine import Engine

PAGE = "https://shop.example.com/orchid?color=blue&rsk=old#photos"
LONG = f"https://a.test/{'p' * (LONGEST_URL - 15)}"
SECRETS = st.binary(min_size=32, max_size=32)


async def told(shop: Shop, sink: SmtpSink, email: str = "", item: str = "orchid") -> str:
    """Have a shopper told; returns the token in the mail."""
    email = email or address()
    request_id = await shop.ask(email, item, itemUrl=PAGE)
    await shop.report(item)
    await shop.until(request_id, "NOTIFICATION_SENT")
    return token_in(sink, email)


def token_in(sink: SmtpSink, email: str) -> str:
    text = part(sink.to(email)[-1], "plain")
    (link,) = re.findall(r"https://shop\.example\.com/\S+", text)
    assert urlsplit(link).fragment == "photos"
    query = parse_qs(urlsplit(link).query)
    assert query.keys() == {"color", "rsk", "utm_source", "utm_medium", "utm_campaign"}
    (token,) = query["rsk"]
    return token


async def visit(shop: Shop, token: str) -> httpx.Response:
    return await shop.http.post("/widget/visit", content=token)


async def buy(shop: Shop, token: str, **more: Any) -> httpx.Response:
    return await shop.call("POST", "/v1/purchases", {"token": token, **more})


async def counted(shop: Shop) -> tuple[int, int, int]:
    """How many were told, visited and bought, over all restocks; by wave and by item alike."""
    waves = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    items = (await shop.call("GET", "/v1/conversions")).json()["items"]
    by_wave, by_item = _sums(waves), _sums(items)
    assert by_wave == by_item
    return by_wave


def _sums(found: list[dict[str, Any]]) -> tuple[int, int, int]:
    names = ("told", "visited", "bought")
    told, visited, bought = (sum(each[name] for each in found) for name in names)
    return told, visited, bought


async def test_a_visit_and_a_purchase_by_the_link_count_once(shop: Shop, sink: SmtpSink) -> None:
    token = await told(shop, sink)
    assert len(token) == TOKEN_LENGTH
    assert await counted(shop) == (1, 0, 0)
    replies = await asyncio.gather(*(visit(shop, token) for _ in range(5)))
    assert {(reply.status_code, reply.content) for reply in replies} == {(204, b"")}
    assert await counted(shop) == (1, 1, 0)
    replies = await asyncio.gather(*(buy(shop, token) for _ in range(5)))
    assert {reply.status_code for reply in replies} == {200}
    assert sum(reply.json()["counted"] for reply in replies) == 1
    assert await counted(shop) == (1, 1, 1)


async def test_whoever_bought_by_the_link_has_visited(shop: Shop, sink: SmtpSink) -> None:
    await buy(shop, await told(shop, sink))
    assert await counted(shop) == (1, 1, 1)


async def test_a_purchase_by_the_link_is_known_to_the_conditions(
    shop: Shop, sink: SmtpSink
) -> None:
    email = address()
    await buy(shop, await told(shop, sink, email))
    export = await shop.call("POST", "/v1/shoppers/export", {"email": email})
    assert [each["sku"] for each in export.json()["purchases"]] == ["orchid"]
    (request,) = export.json()["requests"]
    assert request["conversions"][0]["boughtDate"]


async def test_a_purchase_by_address_counts_for_the_mail_before_it(
    shop: Shop, sink: SmtpSink
) -> None:
    email = address()
    token = await told(shop, sink, email)
    purchase = {"email": email, "sku": "orchid"}
    for _ in range(2):
        assert (await v3(shop, "POST", "/purchases", [purchase] * 3)).status_code == 202
    assert await counted(shop) == (1, 0, 1)
    assert (await buy(shop, token)).json() == {"counted": False}
    assert await counted(shop) == (1, 0, 1)


async def test_one_purchase_of_two_mails_counts_once(shop: Shop, sink: SmtpSink) -> None:
    email = address()
    tokens = [await told(shop, sink, email) for _ in range(2)]
    assert (await buy(shop, tokens[0])).json() == {"counted": True}
    await v3(shop, "POST", "/purchases", {"email": email, "sku": "orchid"})
    assert (await buy(shop, tokens[1])).json() == {"counted": False}
    assert await counted(shop) == (2, 1, 1)


async def test_what_was_bought_before_or_long_after_or_of_another_item_does_not_count(
    shop: Shop, sink: SmtpSink
) -> None:
    email = address()
    token = await told(shop, sink, email)
    before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    for sku, on in (("orchid", before), ("fern", None)):
        await v3(shop, "POST", "/purchases", {"email": email, "sku": sku, "purchasedOn": on})
    await v3(shop, "POST", "/purchases", {"email": address(), "sku": "orchid"})
    assert (await buy(shop, token, purchasedOn=before)).json() == {"counted": False}
    await shop.store.pool.execute(
        "UPDATE deliveries SET settled_at = settled_at - interval '31 days' WHERE request_id IN "
        "(SELECT id FROM requests WHERE site = $1)",
        shop.site,
    )
    await v3(shop, "POST", "/purchases", {"email": email, "sku": "orchid"})
    assert (await buy(shop, token)).json() == {"counted": False}
    assert await counted(shop) == (1, 0, 0)


async def test_a_token_of_another_site_is_as_unknown_as_one_that_is_made_up(
    shop: Shop, other_shop: Shop, sink: SmtpSink
) -> None:
    token = await told(shop, sink)
    forged = visit_token(b"guessed" * 5, *ids_of(token))
    for unknown in (token, visit_token(b"x", uuid4(), uuid4())):
        reply = await buy(other_shop, unknown)
        assert reply.status_code == 404
        assert reply.json()["details"]["applicationError"]["code"] == "TOKEN_NOT_FOUND"
    assert (await buy(shop, forged)).status_code == 404
    for body in (forged, "", "x", "\0" * TOKEN_LENGTH, "é" * TOKEN_LENGTH):
        assert (await visit(shop, body)).status_code == 204
    assert await counted(shop) == (1, 0, 0)


def ids_of(token: str) -> tuple[UUID, UUID]:
    found = read_token(token)
    assert found
    return found.request_id, found.restock_id


async def test_purchases_are_recorded_while_a_shopper_is_erased(shop: Shop, sink: SmtpSink) -> None:
    emails = [address() for _ in range(6)]
    tokens = [await told(shop, sink, email) for email in emails]
    purchases = [{"email": email, "sku": "orchid"} for email in emails]
    erasures = [shop.call("POST", "/v1/shoppers/erase", {"email": email}) for email in emails[:3]]
    bought, by_token, *erased = await asyncio.gather(
        v3(shop, "POST", "/purchases", purchases), buy(shop, tokens[0]), *erasures
    )
    assert bought.status_code == 202
    assert by_token.status_code in (200, 404)
    assert {reply.status_code for reply in erased} == {200}
    told_count, _, bought_count = await counted(shop)
    assert told_count == 6
    assert 3 <= bought_count <= 6


async def test_an_erased_shopper_leaves_the_count_and_a_dead_link(
    shop: Shop, sink: SmtpSink
) -> None:
    email = address()
    token = await told(shop, sink, email)
    await visit(shop, token)
    await buy(shop, token)
    await shop.call("POST", "/v1/shoppers/erase", {"email": email})
    assert await counted(shop) == (1, 1, 1)
    assert (await visit(shop, token)).status_code == 204
    assert (await buy(shop, token)).status_code == 404
    assert await counted(shop) == (1, 1, 1)


async def test_a_client_that_reports_too_many_visits_is_not_heard(
    shop: Shop, sink: SmtpSink, temporal: Client, settings: Settings
) -> None:
    token = await told(shop, sink)
    strict = settings.model_copy(update={"storefront_limit_per_client": "2/minute"})
    app = create_app(Services(shop.store, Engine(temporal), strict))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://restock.test") as http:
        for content in ("A" * TOKEN_LENGTH, "A" * TOKEN_LENGTH, token):
            reply = await http.post("/widget/visit", content=content)
            assert reply.status_code == 204
    assert await counted(shop) == (1, 0, 0)


async def test_the_script_is_there_for_every_page(shop: Shop) -> None:
    reply = await shop.http.get("/visit.js")
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in reply.headers["Cache-Control"]


@given(SECRETS, st.uuids(), st.uuids())
def test_a_token_is_read_as_it_was_made(secret: bytes, request: UUID, restock: UUID) -> None:
    text = visit_token(secret, request, restock)
    assert re.fullmatch(r"[\w-]{64}", text, re.ASCII)
    assert text == visit_token(secret, request, restock)
    token = read_token(text)
    assert token
    assert (token.request_id, token.restock_id) == (request, restock)
    assert token.is_genuine(secret)


@given(SECRETS, st.uuids(), st.uuids(), st.integers(0, 63), st.characters(codec="utf-8"))
def test_a_token_that_is_changed_proves_nothing(
    secret: bytes, request: UUID, restock: UUID, place: int, other: str
) -> None:
    text = visit_token(secret, request, restock)
    changed = text[:place] + other + text[place + 1 :]
    token = read_token(changed)
    assert changed == text or token is None or not token.is_genuine(secret)


@given(SECRETS, SECRETS, st.uuids(), st.uuids())
def test_one_sites_secret_proves_nothing_to_another(
    secret: bytes, other: bytes, request: UUID, restock: UUID
) -> None:
    token = read_token(visit_token(secret, request, restock))
    assert token
    assert token.is_genuine(other) is (secret == other)


@given(st.text(max_size=80))
def test_any_text_is_a_token_or_none(text: str) -> None:
    token = read_token(text)
    assert token is None or not token.is_genuine(b"secret")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("", ""),
        ("https://a.test", "https://a.test?rsk=T"),
        ("https://a.test/p?x=1&y=%20", "https://a.test/p?x=1&y=%20&rsk=T"),
        ("https://a.test/p?rsk=U&x=1#z", "https://a.test/p?x=1&rsk=T#z"),
        ("https://a.test/p?xrsk=U", "https://a.test/p?xrsk=U&rsk=T"),
        ("https://a.test/#/orchid", "https://a.test/?rsk=T#/orchid"),
        (LONG, LONG),
    ],
)
def test_a_link_keeps_all_else_of_its_address(url: str, link: str) -> None:
    assert item_link(url, "T") == link
    assert item_link(url, "") == url
