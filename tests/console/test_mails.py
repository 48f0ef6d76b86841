"""The owner writes the mails to shoppers, sees them at once, and loses nothing."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect
from shop import Shop
from shoppers import address, part
from smtp_sink import SmtpSink

from console.owner import PHONE, Owner
from domain.mail_templates import MOST_LOCALES, MailKind, MailParts
from store.records import MailDraft, SavedMail

BACK = MailKind.BACK_IN_STOCK
SWEDISH = "/mails/back_in_stock/sv"
DEFAULT = "/mails/back_in_stock/default"


async def saved(shop: Shop, locale: str = "") -> SavedMail | None:
    return await shop.store.mail_templates.last(shop.site, BACK, locale)


async def draft(shop: Shop, locale: str = "") -> MailDraft | None:
    rows = await shop.store.pool.fetch(
        "SELECT id FROM mail_drafts WHERE site = $1 AND locale = $2", shop.site, locale
    )
    return await shop.store.mail_templates.draft(shop.site, rows[0]["id"]) if rows else None


async def save_elsewhere(shop: Shop, says: str, based_on: int, **html: str) -> None:
    """Somebody else saves a mail for all languages."""
    parts = MailParts(subject=says, text=says, html=html.get("html", f"<p>{says}</p>"))
    assert await shop.store.mail_templates.save(shop.site, BACK, "", parts, based_on, "Bo")


def field(console: Owner, name: str) -> Locator:
    return console.page.get_by_label(name, exact=True)


async def write(console: Owner, **parts: str) -> None:
    for name, text in parts.items():
        label = name if name == "HTML" else name.capitalize()
        await console.page.get_by_role("textbox", name=label, exact=True).fill(text)


def shown(console: Owner, on: str = "desktop") -> Any:
    return console.page.frame_locator(f"iframe[title='The mail on a {on}']").locator("body")


async def test_the_list_says_who_wrote_the_mail_of_each_language(console: Owner) -> None:
    await save_elsewhere(console.shop, "Hurra", 0)
    await console.open("/mails")
    row = console.page.get_by_role("row").filter(has_text="All other languages")
    await expect(row).to_contain_text("Yours")
    await expect(row).to_contain_text("version 1, by Bo")
    swedish = console.page.get_by_role("row").filter(has_text="Swedish")
    await expect(swedish).to_contain_text("Restock's own")
    await console.has_no_violations()
    await console.screenshot("mails")


async def test_a_language_is_added_and_one_that_is_none_is_said(console: Owner) -> None:
    await console.open("/mails")
    await field(console, "Language").fill("Klingon!")
    await console.click("Write a mail")
    await console.sees("is no locale such as sv-SE")
    await expect(field(console, "Language")).to_have_value("Klingon!")
    await field(console, "Language").fill("cs_CZ")
    await console.click("Write a mail")
    await expect(console.page.get_by_role("heading", level=1)).to_have_text("Czech (Czechia)")
    await write(console, subject="Zpět: {{ item.name }}")
    await console.click("Save")
    await console.sees("Version 1 is saved")
    await console.open("/mails")
    await expect(console.page.get_by_role("link", name="Czech (Czechia)")).to_be_visible()


async def test_what_is_typed_is_shown_at_once_with_the_data_of_who_waits(console: Owner) -> None:
    await console.shop.ask(address(), item_details={"name": "Red Fern", "price": "12.00"})
    await console.open(DEFAULT)
    await expect(shown(console)).to_contain_text("Red Fern is back in stock")
    await write(console, subject="{{ item.name }} again", HTML="<h1>Hello {{ item.name }}</h1>")
    await expect(shown(console)).to_have_text("Hello Red Fern")
    await expect(console.page.locator("#shown-subject")).to_have_text("Red Fern again")
    await console.sees("Kept as your draft")
    await console.page.get_by_label("With the data of").select_option("Made-up data")
    await expect(shown(console)).to_have_text("Hello Blue Orchid")
    await console.has_no_violations()
    await console.screenshot("mail-editor")


async def test_the_mail_is_shown_as_on_a_desktop_on_a_phone_and_as_text(console: Owner) -> None:
    await console.open(SWEDISH)
    frames = console.page.locator("iframe.mail")
    await expect(frames.first).to_be_visible()
    await expect(frames.last).to_be_hidden()
    assert await frames.first.evaluate("frame => frame.offsetWidth") == 800
    await field(console, "Phone").check()
    await expect(frames.first).to_be_hidden()
    assert await frames.last.evaluate("frame => frame.offsetWidth") == 375
    await expect(shown(console, "phone")).to_contain_text("I lager igen: Blue Orchid")
    await console.screenshot("mail-editor-phone-view")
    await console.page.locator("#view-text").check()
    await expect(console.page.locator("#shown-text")).to_contain_text("Goda nyheter")
    await expect(frames.last).to_be_hidden()


async def test_a_mail_is_saved_and_sent_to_the_next_shopper(console: Owner, sink: SmtpSink) -> None:
    await console.open(DEFAULT)
    await write(console, subject="Hurra: {{ item.name }}", text="", HTML="<p>{{ item.name }}</p>")
    await console.click("Save")
    await console.sees("Version 1 is saved, and sent from now on.")
    shopper = address()
    request_id = await console.shop.ask(shopper)
    await console.shop.report()
    await console.shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    assert mail["Subject"] == "Hurra: Blue Orchid"
    assert part(mail, "html").strip() == "<p>Blue Orchid</p>"
    assert await draft(console.shop) is None
    lines = await console.shop.store.console.audit_lines(console.shop.site, None, 10)
    assert [line.what for line in lines] == [
        "Changed the mail for All other languages (version 1)."
    ]


async def test_what_is_wrong_is_said_with_its_line_while_it_is_typed_and_leads_there(
    console: Owner,
) -> None:
    await console.open(DEFAULT)
    await write(console, HTML="<p>one</p>\n<p>{{ item.nmae }}</p>\nthree")
    problems = console.page.locator("#html-problems")
    await expect(problems).to_have_text(
        "Line 2: There is no item.nmae in this mail. Did you mean item.name?"
    )
    await console.sees("that part of the preview stays as it was")
    await console.screenshot("mail-editor-wrong")
    await problems.get_by_role("link").click()
    selected = "area => area.value.slice(area.selectionStart, area.selectionEnd)"
    html = field(console, "HTML")
    assert await html.evaluate(selected) == "<p>{{ item.nmae }}</p>"
    await console.has_no_violations()
    await console.click("Save")
    await console.sees("This was not saved: something is wrong with it.")
    await expect(html).to_have_value("<p>one</p>\n<p>{{ item.nmae }}</p>\nthree")
    await expect(problems).to_contain_text("Line 2: There is no item.nmae")
    await console.has_no_violations()
    assert await saved(console.shop) is None
    await html.fill("<p>{{ item.name }}</p>")
    await expect(problems).to_be_hidden()
    await expect(console.page.locator("#stale")).to_be_hidden()


async def test_a_value_is_inserted_where_one_writes(console: Owner) -> None:
    await console.open(DEFAULT)
    await write(console, subject="Back: ")
    await console.click("Insert item.name")
    await expect(field(console, "Subject")).to_have_value("Back: {{ item.name }}")
    await expect(console.page.locator("#shown-subject")).to_have_text("Back: Blue Orchid")


async def test_a_closed_browser_loses_no_draft_and_a_draft_is_thrown_away(console: Owner) -> None:
    await console.open(SWEDISH)
    await write(console, subject="Halvfärdigt")
    await console.sees("Kept as your draft")
    await console.open("/mails")
    await expect(console.page.get_by_role("row").filter(has_text="Swedish")).to_contain_text(
        "You have a draft"
    )
    await console.open(SWEDISH)
    await console.sees("This is your draft")
    await expect(field(console, "Subject")).to_have_value("Halvfärdigt")
    console.page.once("dialog", lambda dialog: dialog.accept())
    await console.click("Throw my draft away")
    await console.sees("Your draft is thrown away.")
    await expect(field(console, "Subject")).to_have_value("I lager igen: {{ item.name }}")
    assert await draft(console.shop, "sv") is None


async def test_a_test_mail_goes_to_the_address_that_is_typed(
    console: Owner, sink: SmtpSink
) -> None:
    await console.open(SWEDISH)
    await expect(field(console, "Address")).to_have_value("owner@restock.test")
    to = address("look")
    await field(console, "Address").fill(to)
    await write(console, subject="Prov: {{ item.name }}")
    await console.click("Send a test")
    await console.sees("The mail server took it: 250 2.0.0 taken")
    (mail,) = sink.to(to)
    assert mail["Subject"] == "[Test] Prov: Blue Orchid"
    await field(console, "Address").fill(address("refused"))
    await console.click("Send a test")
    await console.sees("It was not sent: 550 5.1.1 <<address>>: no such user")
    await console.screenshot("mail-editor-test")
    held = await draft(console.shop, "sv")
    assert held
    assert held.test_to is None


async def test_tests_are_limited_so_that_the_console_writes_to_no_list_of_people(
    console: Owner, sink: SmtpSink
) -> None:
    await console.open(SWEDISH)
    to = address("often")
    await field(console, "Address").fill(to)
    for _ in range(6):
        await console.click("Send a test")
        await expect(console.page.locator("#tested")).not_to_have_class("soft")
    await console.sees("It was not sent: Too many tests. Try again later: in 1 min.")
    assert len(sink.to(to)) == 5


async def test_versions_are_compared_and_restored(console: Owner) -> None:
    await save_elsewhere(console.shop, "One", 0, html="<p>One</p>\n<p>both</p>")
    await save_elsewhere(console.shop, "Two", 1, html="<p>Two</p>\n<p>both</p>")
    await console.open(DEFAULT)
    await console.click("Version 1")
    await expect(shown(console)).to_contain_text("One")
    compared = console.page.get_by_label("HTML, compared")
    await expect(compared.locator("del")).to_have_text("- <p>One</p>")
    await expect(compared.locator("ins")).to_have_text("+ <p>Two</p>")
    await expect(compared.locator("span")).to_have_text("  <p>both</p>")
    await console.has_no_violations()
    await console.screenshot("mail-version")
    await console.click("Restore this version")
    await console.sees("Version 1 is back, as version 3.")
    await expect(field(console, "Subject")).to_have_value("One")
    await console.sees("Restored version 1")


async def test_a_mail_is_reset_to_restocks_own_and_its_versions_stay(console: Owner) -> None:
    await save_elsewhere(console.shop, "One", 0)
    await console.open(DEFAULT)
    console.page.once("dialog", lambda dialog: dialog.accept())
    await console.click("Reset to Restock's own")
    await console.sees("Restock's own mail is sent again.")
    await expect(field(console, "Subject")).to_have_value("{{ item.name }} is back in stock")
    await console.click("Version 2")
    await console.sees("you went back to the mail that comes with Restock")
    await console.has_no_violations()
    await console.page.go_back()
    await console.click("Version 1")
    await console.sees("Restock's own mail")


async def test_of_two_owners_who_write_at_once_neither_loses_anything(console: Owner) -> None:
    await console.open(DEFAULT)
    await write(console, subject="Mine")
    await console.sees("Kept as your draft")
    await save_elsewhere(console.shop, "Theirs", 0)
    await console.click("Save")
    await console.sees("This was not saved: somebody saved another version while you wrote.")
    await console.sees("Bo saved version 1")
    await expect(field(console, "Subject")).to_have_value("Mine")
    await console.has_no_violations()
    await console.screenshot("mail-editor-two-owners")
    kept = await draft(console.shop)
    assert kept
    assert kept.subject == "Mine"
    found = await saved(console.shop)
    assert found
    assert (found.version, found.subject) == (1, "Theirs")
    await console.click("Save mine over it")
    await console.sees("Version 2 is saved")
    found = await saved(console.shop)
    assert found
    assert (found.version, found.subject) == (2, "Mine")
    theirs = await console.shop.store.mail_templates.get(console.shop.site, BACK, "", 1)
    assert theirs
    assert theirs.subject == "Theirs"


async def test_without_scripts_everything_works_by_its_buttons(
    visitor: Owner, sink: SmtpSink
) -> None:
    await visitor.page.route("**/*.js*", lambda route: route.abort())
    await visitor.sign_in()
    await visitor.open(DEFAULT)
    await write(visitor, subject="Hurra", HTML="<b>{{ item.name }}!</b>")
    await visitor.click("Preview")
    await expect(shown(visitor)).to_have_text("Blue Orchid!")
    await expect(field(visitor, "Subject")).to_have_value("Hurra")
    await visitor.sees("This is your draft")
    to = address("plain")
    await field(visitor, "Address").fill(to)
    await visitor.click("Send a test")
    await visitor.sees("The mail server took it")
    assert sink.to(to)[0]["Subject"] == "[Test] Hurra"
    await field(visitor, "Address").fill("no address@x")
    await visitor.page.locator("#mail").evaluate("form => form.noValidate = true")
    await visitor.click("Send a test")
    await expect(visitor.page.locator("#tested")).to_have_class("wrong")
    await expect(field(visitor, "Address")).to_have_value("no address@x")
    await visitor.click("Save")
    await visitor.sees("Version 1 is saved")


async def test_the_editor_is_used_by_keyboard_and_on_a_phone(console: Owner) -> None:
    await console.page.set_viewport_size(PHONE)
    await console.open(DEFAULT)
    await field(console, "Subject").focus()
    await console.page.keyboard.press("End")
    await console.page.keyboard.type("!")
    await expect(console.page.locator("#shown-subject")).to_have_text(
        "Blue Orchid is back in stock!"
    )
    await field(console, "HTML").focus()
    await console.page.keyboard.press("Tab")
    await expect(console.page.get_by_role("button", name="Save", exact=True)).to_be_focused()
    await console.screenshot("mail-editor-on-a-phone")
    await console.page.keyboard.press("Enter")
    await console.sees("Version 1 is saved")


@pytest.mark.parametrize(
    "evil",
    [
        "<script>parent.document.title = 'taken'</script>",
        "<img src=x onerror=\"parent.document.title = 'taken'\">",
        "</iframe><script>document.title = 'taken'</script>",
        '"></iframe><script>document.title = "taken"</script>',
        "<meta http-equiv=refresh content='0; url=https://evil.test/'>",
    ],
)
async def test_a_mail_that_means_ill_does_nothing_to_the_console(console: Owner, evil: str) -> None:
    await save_elsewhere(console.shop, "One", 0, html=f"<p>Shown</p>{evil}")
    for path in (DEFAULT, f"{DEFAULT}/versions/1"):
        await console.open(path)
        await expect(shown(console)).to_contain_text("Shown")
        await expect(console.page).to_have_title(re.compile("Restock$"))
        assert console.page.url.endswith(path)


async def test_what_names_no_mail_is_no_page(console: Owner) -> None:
    for path, status in (
        ("/mails/back_in_stock/x", 404),
        ("/mails/nothing/sv", 400),
        (f"{DEFAULT}/versions/1", 404),
        (f"{DEFAULT}/versions/0", 400),
    ):
        reply = await console.page.goto(f"{console.address}/console{path}")
        assert reply
        assert reply.status == status, path


async def test_a_version_that_is_wrong_by_now_becomes_a_draft_to_be_mended(console: Owner) -> None:
    await save_elsewhere(console.shop, "Old", 0, html="<p>{{ item.colour }}</p>")
    await save_elsewhere(console.shop, "New", 1)
    await console.open(f"{DEFAULT}/versions/1")
    await console.click("Restore this version")
    await console.sees("Version 1 is your draft now: mend it first.")
    await console.sees("There is no item.colour in this mail.")
    found = await saved(console.shop)
    assert found
    assert found.subject == "New"


async def test_what_was_looked_at_before_somebody_saved_is_neither_restored_nor_reset(
    console: Owner,
) -> None:
    await save_elsewhere(console.shop, "One", 0)
    await save_elsewhere(console.shop, "Two", 1)
    await console.open(f"{DEFAULT}/versions/1")
    await save_elsewhere(console.shop, "Three", 2)
    await console.click("Restore this version")
    await console.sees("Somebody saved another version meanwhile, so nothing was changed.")
    await save_elsewhere(console.shop, "Four", 3)
    console.page.once("dialog", lambda dialog: dialog.accept())
    await console.click("Reset to Restock's own")
    await console.sees("Somebody saved another version meanwhile, so nothing was changed.")
    found = await saved(console.shop)
    assert found
    assert (found.subject, found.is_current) == ("Four", True)


async def test_there_are_mails_in_so_many_languages_and_no_more(console: Owner) -> None:
    await console.shop.store.pool.execute(
        "INSERT INTO mail_templates (site, kind, locale, version, subject, text, html, is_current, "
        "saved_by) SELECT $1, 'back_in_stock', 'x' || n, 1, 'a', 'a', '', true, 'Bo' "
        "FROM generate_series(1, $2) n",
        console.shop.site,
        MOST_LOCALES,
    )
    await console.open(SWEDISH)
    await write(console, subject="Hej")
    await console.click("Save")
    await console.sees("There are mails in 100 languages already")
    await expect(field(console, "Subject")).to_have_value("Hej")
    assert await saved(console.shop, "sv") is None
