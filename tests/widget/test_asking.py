"""A shopper asks on a page of another origin, under a strict policy."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Route, expect
from shop import BASE, STORES
from shoppers import address

from api.widget.words import words
from widget.shop_page import Shopper

SAY = words()["en"]


async def kept(shopper: Shopper) -> list[dict[str, Any]]:
    rows = await shopper.shop.store.pool.fetch(
        "SELECT * FROM requests WHERE site = $1", shopper.shop.site
    )
    return [dict(row) for row in rows]


@pytest.mark.parametrize("kind", ["async", "type=module crossorigin"])
async def test_a_shopper_asks_and_is_told_so(shopper: Shopper, kind: str) -> None:
    email = address()
    element = shopper.element(options='{"size": "M"}', quantity="2", locale="sv-SE")
    script = f'<script {kind} src="{{api}}/widget.js"></script>'
    await shopper.opens(element, script=script)
    await shopper.hears("restock-notify:success")
    await shopper.asks(email)
    await shopper.reads(words()["sv"]["done"])
    (made,) = await kept(shopper)
    assert (made["email"], made["locale"], made["quantity"]) == (email, "sv-SE", 2)
    assert (made["item_url"], made["options"]) == (shopper.url, {"size": "M"})
    assert (made["app_id"], made["item"]["name"]) == (STORES, "Blue Orchid")
    asked = {"appId": STORES, "itemId": "orchid", "options": '{"size": "M"}'}
    assert await shopper.heard() == [asked | {"already": False}]
    assert shopper.complaints == []
    await shopper.shop.report(requestIds=[str(made["id"])])
    await shopper.shop.until(str(UUID(str(made["id"]))), "NOTIFICATION_SENT")


async def test_who_asks_again_is_told_that_they_have_asked(shopper: Shopper) -> None:
    email = address()
    for said in ("done", "already"):
        await shopper.opens()
        await shopper.asks(email)
        await shopper.reads(SAY[said])
    assert len(await kept(shopper)) == 1


async def test_nobody_learns_who_waits_where_that_is_concealed(shopper: Shopper) -> None:
    await shopper.shop.call("PATCH", "/v1/policy", {"concealWaiting": True})
    email = address()
    for _ in range(2):
        await shopper.opens()
        await shopper.hears("restock-notify:success")
        await shopper.asks(email)
        await shopper.reads(SAY["done"])
        assert [each["already"] for each in await shopper.heard()] == [False]
    assert len(await kept(shopper)) == 1


async def test_pressing_twice_asks_once(shopper: Shopper) -> None:
    await shopper.opens()
    await shopper.has_looked()
    await shopper.email.fill(address())
    await shopper.button.dblclick()
    await shopper.reads(SAY["done"])
    assert len(shopper.calls) == 1


async def test_what_got_lost_is_sent_again_as_the_same_call(shopper: Shopper) -> None:
    await shopper.opens()
    lost = asyncio.Event()

    async def lose_the_answer(route: Route) -> None:
        if not lost.is_set() and route.request.method == "POST":
            lost.set()
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await shopper.page.route(f"{shopper.site.api}/v1/**", lose_the_answer)
    await shopper.asks(address())
    await shopper.reads(SAY["offline"])
    await shopper.button.click()
    # Not that they have asked already: it was this call that did.
    await shopper.reads(SAY["done"])
    keys = [call.headers["idempotency-key"] for call in shopper.calls]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(await kept(shopper)) == 1


async def test_each_refusal_has_words_of_its_own(shopper: Shopper) -> None:
    email = address()
    await shopper.opens()
    await shopper.hears("restock-notify:error")
    await shopper.asks("anna@nowhere")
    await shopper.reads(SAY["address"])
    await shopper.shop.call("POST", f"{BASE}/settings/stop-collecting", {"appId": STORES})
    await shopper.email.fill(email)
    await shopper.button.click()
    await shopper.reads(SAY["closed"])
    # Of the two that this address has in an hour, one is gone.
    for said in (SAY["closed"], SAY["later"].replace("{wait}", "60 minutes")):
        await shopper.button.click()
        await shopper.reads(said)
    heard = [(each["reason"], each["status"]) for each in await shopper.heard()]
    assert heard == [("address", 400), ("closed", 428), ("closed", 428), ("later", 429)]


@pytest.mark.parametrize(
    "wrong", [{"site_key": "unknown"}, {"item_price": "dear"}, {"options": "{"}], ids=str
)
async def test_what_the_shop_set_up_wrong_is_said_to_its_console(
    shopper: Shopper, wrong: dict[str, str]
) -> None:
    await shopper.opens(shopper.element(**wrong))
    await shopper.asks(address())
    await shopper.reads(SAY["setup"])
    assert any("<restock-notify>" in each for each in shopper.complaints)
    assert await kept(shopper) == []


async def test_a_page_that_is_not_listed_gets_no_answer(shopper: Shopper) -> None:
    await shopper.opens()
    shopper.url = shopper.url.replace("127.0.0.1", "localhost")
    await shopper.opens()
    await shopper.asks(address())
    await shopper.reads(SAY["offline"])
    assert await kept(shopper) == []


async def test_another_variant_may_be_asked_for_after_the_first(shopper: Shopper) -> None:
    await shopper.opens()
    email = address()
    await shopper.asks(email)
    await shopper.reads(SAY["done"])
    choose = "document.querySelector('restock-notify').setAttribute('options', '{\"size\": \"L\"}')"
    await shopper.page.evaluate(choose)
    await expect(shopper.email).to_have_value(email)
    await shopper.button.click()
    await shopper.reads(SAY["done"])
    assert sorted(str(each["options"]) for each in await kept(shopper)) == ["None", "{'size': 'L'}"]


# Programs


async def test_what_fills_in_every_field_is_thanked_and_forgotten(shopper: Shopper) -> None:
    await shopper.opens()
    await shopper.has_looked()
    await shopper.page.evaluate(
        """() => {
            const root = document.querySelector("restock-notify").shadowRoot;
            for (const field of root.querySelectorAll("input")) field.value = "bot@example.com";
        }"""
    )
    await shopper.button.click()
    await shopper.reads(SAY["done"])
    assert shopper.calls == []


async def test_what_is_faster_than_a_person_is_asked_to_press_again(shopper: Shopper) -> None:
    await shopper.opens("<p>Soon</p>")
    await shopper.page.evaluate("() => customElements.whenDefined('restock-notify').then(() => 1)")
    await shopper.page.evaluate(
        """([key, email]) => {
            const element = document.createElement("restock-notify");
            for (const [name, value] of Object.entries({
                "site-key": key, "item-id": "orchid", "item-name": "Blue", "item-price": "1" })) {
                element.setAttribute(name, value);
            }
            document.querySelector("main").append(element);
            const root = element.shadowRoot;
            root.querySelector("[type=email]").value = email;
            root.querySelector("button").click();
        }""",
        [shopper.shop.key("storefront"), address()],
    )
    await shopper.reads(SAY["fast"])
    assert shopper.calls == []
    await asyncio.sleep(1)
    await shopper.button.click()
    await shopper.reads(SAY["done"])


async def test_the_token_of_a_captcha_beside_the_form_is_sent_along(shopper: Shopper) -> None:
    field = (
        "<div slot='captcha'><input type='hidden' name='cf-turnstile-response' value='tok'></div>"
    )
    await shopper.opens(shopper.element(field))
    await shopper.asks(address())
    await shopper.reads(SAY["done"])
    assert shopper.calls[0].headers["captcha-token"] == "tok"


async def test_the_token_of_a_captcha_nobody_sees_is_fetched_when_it_is_needed(
    shopper: Shopper,
) -> None:
    await shopper.opens()
    await shopper.page.evaluate(
        "document.querySelector('restock-notify').captcha = async () => 'late'"
    )
    await shopper.asks(address())
    await shopper.reads(SAY["done"])
    assert shopper.calls[0].headers["captcha-token"] == "late"
