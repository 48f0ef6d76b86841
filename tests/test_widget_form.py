"""The form that a shop's page posts without JavaScript: what it makes, says and refuses."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from lxml import html
from shop import BASE, STORES, Shop
from shoppers import address
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from api.widget.words import words
from domain.settings import Settings
from workflows.engine import Engine

SHOP = "https://orchids.example"
PAGE = f"{SHOP}/blue-orchid"
FORM = "/widget/request"
SAY = words()["en"]
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def api(shop: Shop, temporal: Client, settings: Settings) -> Serve:
    """A client of an API that knows the shop's page, with some more settings."""

    @asynccontextmanager
    async def serve(**given: Any) -> AsyncIterator[httpx.AsyncClient]:
        changes = {"shop_origins": (SHOP,)} | given
        app = create_app(
            Services(shop.store, Engine(temporal), settings.model_copy(update=changes))
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api.test", headers={"Origin": SHOP}
        ) as client:
            yield client

    return serve


def filled(shop: Shop, email: str, **more: str) -> dict[str, str]:
    """What a browser sends; the shop's part is in hidden fields."""
    return {
        "siteKey": shop.key("storefront"),
        "appId": STORES,
        "itemId": "orchid",
        "itemName": "Blue Orchid",
        "itemPrice": "75.00",
        "itemUrl": PAGE,
        "email": email,
        "website": "",
    } | more


def said(reply: httpx.Response) -> str:
    (message,) = html.fromstring(reply.text).xpath("//p[@id='said']")
    return str(message.text_content())


def form_again(reply: httpx.Response) -> dict[str, str]:
    """What the form of a page would send."""
    forms = html.fromstring(reply.text).forms
    return {name: value for name, value in forms[0].form_values()} if forms else {}


async def requests(shop: Shop) -> list[Any]:
    return [
        dict(row)
        for row in await shop.store.pool.fetch(
            "SELECT * FROM requests WHERE site = $1 ORDER BY created_date", shop.site
        )
    ]


async def test_a_form_makes_the_request_that_a_create_would(shop: Shop, api: Serve) -> None:
    email = address()
    more = {
        "options": '{"size": "M"}',
        "locale": "de-AT",
        "quantity": "2",
        "externalId": "AT-1",
        "itemImage": f"{SHOP}/blue.jpg",
    }
    async with api() as client:
        reply = await client.post(FORM, data=filled(shop, f" {email} ", **more))
    assert (reply.status_code, said(reply)) == (200, words()["de"]["done"])
    (made,) = await requests(shop)
    assert (made["email"], made["locale"], made["quantity"]) == (email, "de-AT", 2)
    assert (made["external_id"], made["item_url"]) == ("AT-1", PAGE)
    assert made["options"] == {"size": "M"}
    assert made["item"]["imageUrl"] == f"{SHOP}/blue.jpg"
    await shop.report(options=None, requestIds=[str(made["id"])])
    await shop.until(str(made["id"]), "NOTIFICATION_SENT")


async def test_who_asks_again_is_told_so_by_whichever_door_it_was(shop: Shop, api: Serve) -> None:
    email = address()
    async with api() as client:
        assert (await client.post(FORM, data=filled(shop, email))).status_code == 200
        again = await client.post(FORM, data=filled(shop, email.upper()))
        assert (again.status_code, said(again)) == (409, SAY["already"])
        headers = {"Authorization": shop.key("storefront")}
        other = await client.post(BASE, json=shop.new_request(email), headers=headers)
        assert other.status_code == 409
    assert len(await requests(shop)) == 1


async def test_a_form_does_not_show_who_waits_where_that_is_concealed(
    shop: Shop, api: Serve
) -> None:
    await shop.call("PATCH", "/v1/policy", {"concealWaiting": True})
    sent = filled(shop, address())
    async with api() as client:
        first, second = [await client.post(FORM, data=sent) for _ in range(2)]
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert said(first) == SAY["done"]
    assert len(await requests(shop)) == 1


async def test_a_wrong_address_is_shown_again_to_be_put_right(shop: Shop, api: Serve) -> None:
    typed = '<b>"anna'
    sent = filled(shop, typed, options='{"size": "<M>"}', locale="fr")
    async with api() as client:
        refused = await client.post(FORM, data=sent)
        assert (refused.status_code, said(refused)) == (400, words()["fr"]["address"])
        again = form_again(refused)
        assert again | {"website": ""} == sent
        again["email"] = address()
        headers = {"Origin": "http://api.test"}
        assert (await client.post(FORM, data=again, headers=headers)).status_code == 200
    (made,) = await requests(shop)
    assert made["options"] == {"size": "<M>"}


async def test_consent_is_asked_for_before_anything_is_made(shop: Shop, api: Serve) -> None:
    sent = filled(shop, address(), consent="I agree to one mail.")
    async with api() as client:
        refused = await client.post(FORM, data=sent)
        assert (refused.status_code, said(refused)) == (400, SAY["consent"])
        assert "I agree to one mail." in html.fromstring(refused.text).xpath("string(//label[2])")
        assert await requests(shop) == []
        agreed = await client.post(FORM, data=form_again(refused) | {"consentGiven": "yes"})
        assert agreed.status_code == 200
    exported = await shop.call("POST", "/v1/shoppers/export", {"email": sent["email"]})
    (kept,) = exported.json()["consents"]
    assert (kept["text"], kept["url"]) == (sent["consent"], PAGE)


async def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(
    shop: Shop, api: Serve
) -> None:
    async with api() as client:
        thanked = await client.post(FORM, data=filled(shop, address(), website="https://x.test"))
        real = await client.post(FORM, data=filled(shop, address()))
    assert thanked.text == real.text
    assert len(await requests(shop)) == 1


async def test_forms_have_a_narrower_limit_and_say_when_to_come_back(
    shop: Shop, api: Serve
) -> None:
    async with api(storefront_form_limit_per_client="2/hour") as client:
        replies = [await client.post(FORM, data=filled(shop, address())) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert 3500 < int(replies[2].headers["Retry-After"]) <= 3600
    assert said(replies[2]) == SAY["later"].replace("{wait}", "60 minutes")


async def test_the_limit_of_an_address_holds_for_forms_too(shop: Shop, api: Serve) -> None:
    email = address()
    async with api(storefront_limit_per_address="2/hour") as client:
        statuses = [
            (await client.post(FORM, data=filled(shop, email, itemId=item))).status_code
            for item in ("one", "two", "three")
        ]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SHOP}.evil.example"])
async def test_a_page_of_somebody_elses_cannot_use_its_visitors(
    shop: Shop, api: Serve, origin: str
) -> None:
    async with api() as client:
        refused = await client.post(FORM, data=filled(shop, address()), headers={"Origin": origin})
    assert (refused.status_code, said(refused)) == (403, SAY["setup"])
    assert await requests(shop) == []


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        (PAGE, True),
        (f"{PAGE}?a=1", True),
        ("http://api.test/demo/shop", True),
        ("https://evil.example/", False),
        (f"{SHOP}.evil.example/", False),
        (f"{SHOP}@evil.example/", False),
        ("//evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
async def test_the_link_back_leads_to_the_shop_alone(
    shop: Shop, api: Serve, url: str, leads: bool
) -> None:
    async with api() as client:
        reply = await client.post(FORM, data=filled(shop, address(), itemUrl=url))
    assert html.fromstring(reply.text).xpath("//a/@href") == ([url] if leads else [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"siteKey": "unknown"},
        {"siteKey": ""},
        {"itemPrice": ""},
        {"options": "{"},
        {"options": "[]"},
        {"quantity": "many"},
        {"locale": "<>"},
        {"itemName": "x" * 6000},
    ],
    ids=str,
)
async def test_what_the_shop_set_up_wrong_is_said_to_it_and_not_shown(
    shop: Shop, api: Serve, wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "restock.api")
    email = address()
    async with api() as client:
        refused = await client.post(FORM, data=filled(shop, email, **wrong))
    assert refused.status_code in (400, 401)
    assert said(refused) == SAY["setup"]
    assert form_again(refused) == {}
    assert email not in str([record.__dict__ for record in caplog.records])
    assert await requests(shop) == []


async def test_an_owners_key_does_not_work_in_a_page(shop: Shop, api: Serve) -> None:
    async with api() as client:
        refused = await client.post(FORM, data=filled(shop, address(), siteKey=shop.key("owner")))
    assert refused.status_code == 401
    assert await requests(shop) == []


async def test_a_form_says_when_nothing_is_collected(shop: Shop, api: Serve) -> None:
    await shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    async with api() as client:
        refused = await client.post(FORM, data=filled(shop, address(), locale="es"))
    assert (refused.status_code, said(refused)) == (428, words()["es"]["closed"])


async def test_a_fault_is_told_in_the_language_of_the_browser(
    temporal: Client, settings: Settings
) -> None:
    nothing: Any = None
    app = create_app(Services(nothing, Engine(temporal), settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Accept-Language": "xx, he-IL;q=0.8"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        reply = await client.post(FORM, data={"siteKey": "x"}, headers=headers)
        wrong = await client.get(FORM, headers=headers)
    assert (reply.status_code, said(reply)) == (500, words()["he"]["trouble"])
    assert html.fromstring(reply.text).get("dir") == "rtl"
    assert (wrong.status_code, said(wrong)) == (405, words()["he"]["setup"])


async def test_the_answer_may_load_its_style_and_post_itself_and_nothing_else(
    shop: Shop, api: Serve
) -> None:
    async with api() as client:
        reply = await client.post(FORM, data=filled(shop, "anna"))
        (style,) = html.fromstring(reply.text).xpath("//link[@rel='stylesheet']/@href")
        assert (await client.get(f"/widget/{style}")).status_code == 200
    policy = reply.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    # Else the browser would not say that the form comes from here.
    assert reply.headers["Referrer-Policy"] == "same-origin"
    assert reply.headers["Cache-Control"] == "no-store"


def test_every_language_says_everything() -> None:
    assert set(words()) == {"en", "de", "fr", "es", "sv", "he"}
    for said_here in words().values():
        assert set(said_here) == set(SAY)
        assert all(said_here.values())
        assert "{wait}" in said_here["later"]
    for language in set(words()) - {"en"}:
        assert not set(words()[language].values()) & set(SAY.values())


async def test_the_request_is_kept_under_the_sites_contact(shop: Shop, api: Serve) -> None:
    email = address()
    async with api() as client:
        for item in ("one", "two"):
            await client.post(FORM, data=filled(shop, email, itemId=item))
    contacts = {UUID(str(row["contact_id"])) for row in await requests(shop)}
    assert len(contacts) == 1
