"""Who can use the element: by keyboard, with a screen reader, right to left, without scripts."""

from typing import Any

import pytest
from console.owner import Owner
from playwright.async_api import expect
from shoppers import address

from api.widget.words import words
from widget.shop_page import Shopper
from widget.test_asking import SAY, kept

FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at.id || at.getAttribute("part") || at.tagName;
}"""


def owner(shopper: Shopper) -> Owner:
    """Looks at the page as the tests of the console do."""
    # The policy of the page stands in the way of axe too, and the browser says so.
    return Owner(shopper.page, shopper.shop, shopper.site.api, trouble=[])


async def test_by_keyboard_alone(shopper: Shopper) -> None:
    await shopper.opens()
    await shopper.has_looked()
    page = shopper.page
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUSED) == "email"
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUSED) == "button"
    await page.keyboard.press("Enter")
    await shopper.reads(SAY["address"])
    # Back where it has to be mended, which says what is wrong.
    assert await page.evaluate(FOCUSED) == "email"
    await expect(shopper.email).to_have_accessible_description(SAY["address"])
    await expect(shopper.email).to_have_attribute("aria-invalid", "true")
    await page.keyboard.type(address())
    await page.keyboard.press("Enter")
    await shopper.reads(SAY["done"])
    assert await page.evaluate(FOCUSED) == "message"
    assert len(await kept(shopper)) == 1


async def test_what_a_screen_reader_finds(shopper: Shopper) -> None:
    await shopper.opens(shopper.element(consent="I agree to one mail."))
    await expect(shopper.email).to_have_accessible_name(SAY["label"])
    await expect(shopper.email).to_have_attribute("autocomplete", "email")
    box = shopper.page.get_by_role("checkbox")
    await expect(box).to_have_accessible_name("I agree to one mail.")
    # The trap is for programs.
    assert await shopper.page.get_by_role("textbox").count() == 1
    await owner(shopper).has_no_violations()
    await shopper.button.click()
    await expect(shopper.page.get_by_role("alert")).to_have_text(SAY["address"])
    await owner(shopper).has_no_violations()


@pytest.mark.parametrize("by_page", [False, True])
async def test_from_right_to_left(shopper: Shopper, by_page: bool) -> None:
    said = words()["he"]
    element = shopper.element() if by_page else shopper.element(locale="he")
    await shopper.opens(element, lang="he-IL" if by_page else "en")
    label = shopper.page.locator("restock-notify").get_by_text(said["label"])
    await expect(label).to_be_visible()
    assert await label.evaluate("each => getComputedStyle(each).direction") == "rtl"
    name, button = await label.bounding_box(), await shopper.button.bounding_box()
    field = await shopper.email.bounding_box()
    assert name
    assert button
    assert field
    assert field["x"] > button["x"]
    await owner(shopper).has_no_violations()
    await shopper.button.click()
    await shopper.reads(said["address"])
    await owner(shopper).screenshot("widget-rtl")
    await shopper.asks(address())
    await shopper.reads(said["done"])
    (made,) = await kept(shopper)
    assert made["locale"] == ("he-IL" if by_page else "he")


async def test_consent_is_asked_for_and_sent_with_its_words(shopper: Shopper) -> None:
    await shopper.opens(shopper.element(consent="I agree.", consent_url="/privacy"))
    await shopper.asks(address())
    await shopper.reads(SAY["consent"])
    box = shopper.page.get_by_role("checkbox")
    await expect(box).to_be_focused()
    await box.check()
    await shopper.button.click()
    await shopper.reads(SAY["done"])
    link = shopper.page.locator("restock-notify a")
    await expect(link).to_have_attribute("href", "/privacy")
    told = {"text": "I agree.", "url": shopper.url}
    assert [body["consent"] for body in shopper.sent()] == [told]


async def test_without_consent_words_none_are_sent(shopper: Shopper) -> None:
    await shopper.opens()
    await shopper.asks(address())
    await shopper.reads(SAY["done"])
    assert ["consent" in body for body in shopper.sent()] == [False]


async def test_the_shop_decides_what_it_looks_like(shopper: Shopper) -> None:
    css = """
        restock-notify { --restock-accent: rgb(1, 2, 3); --restock-radius: 9px; }
        restock-notify::part(label) { font-size: 21px; }
    """
    await shopper.opens(css=css)
    style = "(each, name) => getComputedStyle(each)[name]"
    assert await shopper.button.evaluate(style, "backgroundColor") == "rgb(1, 2, 3)"
    assert await shopper.email.evaluate(style, "borderRadius") == "9px"
    label = shopper.page.locator("restock-notify").get_by_text(SAY["label"])
    assert await label.evaluate(style, "fontSize") == "21px"


async def test_within_a_form_of_the_shop_it_is_a_field_of_it(shopper: Shopper) -> None:
    element = shopper.element(name="tellMe")
    await shopper.opens(f"<form><fieldset>{element}</fieldset><button>Buy</button></form>")
    await shopper.email.fill("anna@example.com")
    form: Any = "new FormData(document.forms[0]).get('tellMe')"
    assert await shopper.page.evaluate(form) == "anna@example.com"
    await shopper.page.evaluate("document.querySelector('fieldset').disabled = true")
    await expect(shopper.email).to_be_disabled()
    await shopper.page.evaluate("document.querySelector('fieldset').disabled = false")
    await shopper.page.evaluate("document.forms[0].reset()")
    await expect(shopper.email).to_have_value("")


# Without scripts


async def test_without_scripts_the_form_within_asks(scriptless: Shopper) -> None:
    email = address()
    await scriptless.opens(scriptless.element(scriptless.form(locale="de")))
    for said in ("done", "already"):
        await scriptless.page.get_by_label("Mail").fill(email)
        await scriptless.page.get_by_role("button", name="Tell me").click()
        await expect(scriptless.page.get_by_text(words()["de"][said])).to_be_visible()
        await scriptless.page.get_by_role("link", name=words()["de"]["back"]).click()
        await expect(scriptless.page).to_have_url(scriptless.url)
    (made,) = await kept(scriptless)
    assert (made["email"], made["item_url"]) == (email, scriptless.url)


async def test_without_scripts_a_wrong_address_can_be_put_right(scriptless: Shopper) -> None:
    await scriptless.opens(scriptless.form(locale="he", consent="מסכים", consentGiven="yes"))
    await scriptless.page.get_by_label("Mail").fill("anna@nowhere")
    await scriptless.page.get_by_role("button", name="Tell me").click()
    said = words()["he"]
    field = scriptless.page.get_by_label(said["label"])
    await expect(field).to_have_value("anna@nowhere")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(said["address"])
    await owner(scriptless).screenshot("widget-form-again")
    await field.fill(address())
    await scriptless.page.keyboard.press("Enter")
    await expect(scriptless.page.get_by_text(said["done"])).to_be_visible()
    assert len(await kept(scriptless)) == 1


async def test_with_scripts_the_form_within_is_sent_without_leaving(shopper: Shopper) -> None:
    body = f"<restock-notify>{shopper.form()}</restock-notify>"
    await shopper.opens(body)
    await shopper.has_looked()
    await shopper.button.click()
    await expect(shopper.page.get_by_role("alert")).to_have_text(SAY["address"])
    await expect(shopper.email).to_have_accessible_description(SAY["address"])
    await shopper.email.fill(address())
    await shopper.page.keyboard.press("Enter")
    await expect(shopper.page.get_by_role("status")).to_have_text(SAY["done"])
    await expect(shopper.email).to_be_hidden()
    await expect(shopper.page).to_have_url(shopper.url)
    assert len(await kept(shopper)) == 1
    assert shopper.complaints == []
