"""The owner finds out why a shopper got no mail, fixes it and tries again."""

from playwright.async_api import expect
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client

from console.owner import PHONE, Owner
from domain.bulk import BulkAction, NewBulk
from workflows.engine import Engine


async def refused(shop: Shop) -> tuple[str, str]:
    """A request whose address the mail server refused, and the address."""
    email = address("refused")
    request_id = await shop.ask(email)
    await shop.report()
    await shop.until(request_id, "FAILED")
    return request_id, email


async def test_an_owner_finds_out_why_fixes_the_address_and_tries_again(
    console: Owner, sink: SmtpSink
) -> None:
    request_id, email = await refused(console.shop)
    right = address("right")
    await console.open("/requests")
    await console.page.get_by_label("Shopper's address").fill(email[:18].upper())
    await console.page.keyboard.press("Enter")
    await console.sees("The mail server refused the mail for good: 550 5.1.1")
    await console.click(email)
    await console.sees("No mail was sent: the mail server refused the address: 550 5.1.1")
    await console.has_no_violations()
    await console.screenshot("request-failed")
    await console.page.get_by_label("The right address").fill(right)
    await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Enter")
    await console.sees("The address is corrected. The mail is tried again.")
    await console.sees("The mail was sent on")
    await console.sees("You corrected the address.")
    await console.has_no_violations()
    await console.screenshot("request-told")
    await console.click("See the mail as it was sent")
    await console.sees("Blue Orchid")
    await expect(
        console.page.frame_locator("iframe").get_by_text("Blue Orchid").first
    ).to_be_visible()
    await console.has_no_violations()
    await console.screenshot("request-mail")
    await console.click("Its source")
    await console.sees("Message-ID: <")
    assert len(sink.to(right)) == 1
    assert (await console.shop.get(request_id))["email"] == right


async def test_a_wrong_or_taken_address_is_said_beside_the_field(console: Owner) -> None:
    _, email = await refused(console.shop)
    other = address("other")
    waits = await console.shop.ask(other)
    await console.open(f"/requests?address={email}")
    await console.click(email)
    field = console.page.get_by_label("The right address")
    await field.fill("anna@nowhere")
    await console.click("Only correct it")
    await console.sees("It should have a period")
    await expect(field).to_have_value("anna@nowhere")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill(other)
    await console.click("Only correct it")
    await console.sees("This address already waits for this item.")
    await console.click("See that request")
    await expect(console.page).to_have_url(f"{console.address}/console/requests/{waits}")


async def test_a_shopper_who_has_asked_again_is_found_at_the_newer_request(console: Owner) -> None:
    request_id, email = await refused(console.shop)
    newer = await console.shop.ask(email)
    await console.open(f"/requests/{request_id}")
    await console.sees("the shopper has asked for the item again since")
    await console.click("The newer request")
    await expect(console.page).to_have_url(f"{console.address}/console/requests/{newer}")


async def test_requests_are_found_by_each_field_of_the_form(console: Owner) -> None:
    first, second = address("anna"), address("bert")
    await console.shop.ask(first, "rose", item_details={"name": "Red Rose", "price": "3.00"})
    await console.shop.ask(second)
    await console.open("/requests")
    page = console.page
    await console.has_no_violations()
    await console.screenshot("requests")
    await page.get_by_label("Item", exact=True).fill("rOse")
    await console.click("Find")
    await expect(page.get_by_role("row")).to_have_count(2)
    await console.sees(first)
    await console.click("Clear")
    await page.get_by_label("Status", exact=True).select_option("Failed")
    await console.click("Find")
    await console.sees("Nothing is found")
    await console.has_no_violations()
    await console.open("/requests?since=2026-13-40")
    await console.sees("Write it as year-month-day")
    await console.open("/requests?until=2020-01-01")
    await console.sees("Nothing is found")


async def test_an_empty_shop_says_what_will_stand_there(console: Owner) -> None:
    await console.open("/requests")
    await console.sees("Nobody has asked yet")
    await console.has_no_violations()


async def test_chosen_requests_are_marked_after_a_question(console: Owner) -> None:
    ids = [await console.shop.ask(address()) for _ in range(3)]
    await console.open("/requests")
    await console.page.get_by_label("All on this page").check()
    await console.sees("3 chosen")
    await console.page.get_by_role("checkbox", name="Choose").first.uncheck()
    await console.sees("2 chosen")
    await console.click("Mark as told")
    await console.sees("Mark as told: 2 requests")
    await console.has_no_violations()
    await console.screenshot("requests-confirm")
    await console.click("Mark as told")
    await console.sees("2 requests were marked as told.")
    statuses = [(await console.shop.get(each))["status"] for each in ids]
    assert sorted(statuses) == ["NOTIFICATION_SENT", "NOTIFICATION_SENT", "RECEIVED"]


async def test_all_that_a_filter_finds_are_deleted_by_keyboard(console: Owner) -> None:
    for _ in range(2):
        await console.shop.ask(address("gone"))
    kept = await console.shop.ask(address("kept"))
    await console.open("/requests?address=gone")
    everything = console.page.get_by_label("All 2 that this filter finds")
    await everything.focus()
    await console.page.keyboard.press("Space")
    for _ in range(4):
        await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Enter")
    await console.sees("Delete: 2 requests")
    await console.click("Delete for good")
    await console.sees("2 requests were deleted.")
    await console.open("/requests")
    await expect(console.page.get_by_role("row")).to_have_count(2)
    assert (await console.shop.get(kept))["status"] == "RECEIVED"


async def test_one_request_is_announced_and_deleted(console: Owner) -> None:
    request_id = await console.shop.ask(address())
    await console.open(f"/requests/{request_id}")
    await console.sees("the item has not come back yet")
    await console.has_no_violations()
    await console.screenshot("request-waits")
    await console.click("Announce now")
    await console.sees("The mail was sent on")
    await console.click("Delete the request")
    await console.has_no_violations()
    await console.click("Delete for good")
    await console.sees("The request is deleted.")


async def test_a_missing_price_is_given_and_the_mail_is_sent(console: Owner) -> None:
    request_id = await console.shop.ask(address(), item_details={"name": "Fern", "price": "1"})
    await console.shop.store.pool.execute(
        'UPDATE requests SET item = \'{"name": "Fern"}\' WHERE id = $1::uuid', request_id
    )
    await console.open(f"/requests/{request_id}")
    await console.click("Announce now")
    await console.sees("No mail was sent: the item's price is not known.")
    await console.page.get_by_label("Its price").fill("3.50")
    await console.click("Send the mail")
    await console.sees("The mail was sent on")


async def test_with_automation_off_the_answer_leads_to_the_switch(console: Owner) -> None:
    request_id = await console.shop.ask(address())
    await console.shop.call("PATCH", "/v1/policy", {"automation": False})
    await console.open(f"/requests/{request_id}")
    await console.sees("No mail was sent: automatic mails are switched off.")
    await expect(
        console.page.get_by_role("link", name="Switch automatic mails on")
    ).to_have_attribute("href", "/console/settings/policy")
    await console.click("Mark as told")
    await console.sees("You marked this request as told")


async def test_a_mail_that_is_tried_again_says_so_and_the_page_follows(
    console: Owner, sink: SmtpSink
) -> None:
    request_id = await console.shop.ask(address("later2"))
    await console.shop.report()
    await console.shop.until_step(request_id, "mail_deferred")
    await console.open(f"/requests/{request_id}")
    await console.sees("No mail was sent yet: the mail server did not take it: 451 4.7.1")
    await console.has_no_violations()
    await expect(console.page.get_by_text("The mail was sent on")).to_be_visible(timeout=20_000)


async def test_the_pages_fit_a_phone(console: Owner) -> None:
    request_id, _ = await refused(console.shop)
    await console.page.set_viewport_size(PHONE)
    for path, name in (
        ("/requests", "requests-phone"),
        (f"/requests/{request_id}", "request-phone"),
    ):
        await console.open(path)
        await console.screenshot(name)


async def test_without_scripts_requests_are_chosen_all_the_same(console: Owner) -> None:
    ids = [await console.shop.ask(address()) for _ in range(2)]
    await console.page.context.route("**/*.js*", lambda route: route.abort())
    await console.open("/requests")
    await console.page.get_by_role("checkbox", name="Choose").first.check()
    await console.click("Mark as told")
    await console.click("Mark as told")
    await console.sees("1 request was marked as told.")

    async def one_is_told() -> bool:
        statuses = [(await console.shop.get(each))["status"] for each in ids]
        return statuses.count("NOTIFICATION_SENT") == 1

    await eventually(one_is_told, "one request to be told")


async def test_a_mail_of_unknown_outcome_is_the_owners_to_decide(console: Owner) -> None:
    await console.shop.call("PATCH", "/v1/policy", {"unknownDelivery": "hold"})
    request_id = await console.shop.ask(address("lost1"))
    await console.shop.report()
    await console.shop.until(request_id, "FAILED")
    await console.open(f"/requests/{request_id}")
    await console.sees("Nobody knows whether the mail was sent")
    await console.has_no_violations()
    await console.click("Try again")
    await console.sees("The mail was sent on")
    await console.sees("Nobody knows whether the mail left")


async def test_a_change_of_many_shows_how_far_it_is_until_it_is_done(
    console: Owner, temporal: Client
) -> None:
    shop = console.shop
    request_id = await shop.ask(address())
    wanted = NewBulk(action=BulkAction.MARK, filter={}, expected=1)
    bulk = await shop.store.bulks.add(shop.site, wanted)
    await console.open(f"/requests/bulk/{bulk.bulk_id}")
    await console.sees("0 of about 1 so far")
    await console.has_no_violations()
    await console.screenshot("requests-progress")
    await Engine(temporal).start_bulk(bulk)
    await console.sees("1 request was marked as told.")
    await shop.until(request_id, "NOTIFICATION_SENT")
