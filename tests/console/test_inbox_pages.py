"""The owner reads what was said with a shopper, and writes to them."""

from playwright.async_api import expect
from shoppers import address
from smtp_sink import SmtpSink

from console.owner import Owner


async def write(console: Owner, subject: str, text: str) -> None:
    await console.page.get_by_label("Subject").fill(subject)
    await console.page.get_by_label("Message").fill(text)


async def test_an_empty_inbox_says_what_will_stand_there(console: Owner) -> None:
    await console.open("/inbox")
    await console.sees("Nothing has happened yet")
    await console.has_no_violations()


async def test_a_shopper_is_written_to_and_the_request_is_done(
    console: Owner, sink: SmtpSink
) -> None:
    email = address("anna")
    request_id = await console.shop.ask(email)
    await console.open("/inbox")
    await console.sees("Asked to be told when Blue Orchid is back.")
    await console.sees("New")
    await console.has_no_violations()
    await console.screenshot("inbox")
    await console.click(email)
    await write(console, "Your orchid", "Dear Anna,\nit is here.")
    await console.page.get_by_label("Once it is sent").select_option(value=request_id)
    await console.has_no_violations()
    await console.page.get_by_role("button", name="Send the mail").press("Enter")
    await console.sees("Your message is sent.")
    await console.sees("it is here.")
    await console.has_no_violations()
    await console.screenshot("thread")
    assert sink.to(email)[0]["Subject"] == "Your orchid"
    await console.shop.until(request_id, "NOTIFICATION_SENT")
    await console.open("/inbox")
    await expect(console.page.get_by_text("New", exact=True)).to_have_count(0)


async def test_a_message_that_is_refused_says_so_in_the_thread(console: Owner) -> None:
    email = address("refused")
    await console.shop.ask(email)
    await console.open("/inbox")
    await console.click(email)
    await write(console, "Hello", "Is this you?")
    await console.click("Send the mail")
    await console.sees("Your message was not sent: the mail server refused it.")
    await console.sees("550 5.1.1")
    await console.has_no_violations()


async def test_what_was_typed_is_kept_where_something_is_wrong(console: Owner) -> None:
    email = address("anna")
    await console.shop.ask(email)
    await console.open("/inbox")
    await console.click(email)
    await write(console, "  ", "A long text.")
    await console.click("Send the mail")
    await console.sees("It must not be empty.")
    await expect(console.page.get_by_label("Message")).to_have_value("A long text.")
    await expect(console.page.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    await console.has_no_violations()


async def test_a_shopper_is_found_by_the_whole_address(console: Owner) -> None:
    email = address("anna")
    await console.shop.ask(email)
    await console.open("/inbox")
    field = console.page.get_by_label("Find a shopper by the whole address")
    await field.fill(email.upper())
    await field.press("Enter")
    await expect(console.page.get_by_role("heading", name=email)).to_be_visible()
    await console.open("/inbox")
    await field.fill(address("nobody"))
    await field.press("Enter")
    await console.sees("No shopper has this address.")


async def test_what_concerns_the_shop_has_a_thread_of_its_own(console: Owner) -> None:
    await console.shop.store.inbox.add_shop_line(
        console.shop.site, f"once/{console.shop.site}", "Blue Orchid: told 1 of 1"
    )
    await console.open("/inbox")
    await console.click("About your shop")
    await console.sees("Blue Orchid: told 1 of 1")
    await console.has_no_violations()


async def test_the_way_from_a_failed_request_to_a_message_that_settles_it(
    console: Owner,
) -> None:
    request_id = await console.shop.ask(address("anna"))
    await console.open(f"/requests/{request_id}")
    await console.click("Write to the shopper")
    await expect(console.page.get_by_label("Once it is sent")).to_have_value(request_id)
