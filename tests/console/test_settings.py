"""The owner changes how the shop works, without a developer."""

from playwright.async_api import expect
from shop import BASE, Shop
from shoppers import orchid_key

from console.owner import Owner
from store.store import Store


async def test_the_shop_gets_a_name_and_addresses_of_its_own(console: Owner) -> None:
    await console.open("/settings")
    await console.has_no_violations()
    await console.page.get_by_label("Name", exact=True).fill("Orchids & more")
    await console.page.get_by_label("Your e-mail address").fill("olga@shop.test")
    await console.page.get_by_label("Sender of mails").fill("Orchids <hello@shop.test>")
    await console.page.get_by_label("Language").fill("sv-SE")
    await console.click("Save")
    await console.sees("Your shop is changed.")
    site = await console.shop.store.sites.get(console.shop.site)
    assert dict(site or {}) == {
        "name": "Orchids & more",
        "owner_email": "olga@shop.test",
        "mail_from": "Orchids <hello@shop.test>",
        "locale": "sv-se",
    }
    await console.screenshot("settings-shop")


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    console: Owner,
) -> None:
    await console.open("/settings")
    await console.page.get_by_label("Name", exact=True).fill("New name")
    await console.page.get_by_label("Your e-mail address").fill("olga at shop")
    await console.click("Save")
    address = console.page.get_by_label("Your e-mail address")
    await expect(address).to_have_attribute("aria-invalid", "true")
    await expect(address).to_have_value("olga at shop")
    await expect(console.page.get_by_label("Name", exact=True)).to_have_value("New name")
    await console.sees("must have an @-sign")
    await console.has_no_violations()


async def test_collecting_is_stopped_for_an_app_and_started_again(console: Owner) -> None:
    await console.open("/settings")
    await console.click("Stop collecting for Wix Stores")
    await console.sees("Stopped collecting requests of Wix Stores.")
    refused = await console.shop.post_request("anna@example.com")
    assert refused.status_code == 428
    await console.click("Start collecting for Wix Stores")
    await console.sees("Started collecting requests of Wix Stores.")
    await console.shop.ask("anna@example.com")


async def test_the_policy_is_changed_as_by_the_api(console: Owner) -> None:
    await console.open("/settings/policy")
    await console.has_no_violations()
    before = (await console.shop.call("GET", "/v1/policy")).json()
    page = console.page
    await page.get_by_label("Only with at least so many units").fill("3")
    await page.get_by_label("Shoppers told for each unit").fill("")
    await page.get_by_label("Minutes until the next wave").fill("7.5")
    await page.get_by_label("From").fill("22:00")
    await page.get_by_label("To", exact=True).fill("07:30")
    await page.get_by_label("By the clock of").select_option("Europe/Stockholm")
    await page.get_by_label("Only shoppers for whom").fill('{"daysSincePurchase": {"$gte": 5}}')
    await page.get_by_label("Mails to you").select_option("off")
    await console.click("Save")
    await console.sees("Saved. It holds for those who wait already, too.")
    assert (await console.shop.call("GET", "/v1/policy")).json() == before | {
        "minimumStock": 3,
        "shoppersPerUnit": None,
        "waveIntervalMinutes": 7.5,
        "quietHours": {"from": "22:00", "to": "07:30"},
        "timeZone": "Europe/Stockholm",
        "conditions": {"daysSincePurchase": {"$gte": 5}},
        "ownerNotices": "off",
    }
    await console.screenshot("settings-policy")


async def test_a_wrong_policy_changes_nothing_and_names_each_field(console: Owner) -> None:
    await console.open("/settings/policy")
    page = console.page
    await page.get_by_label("Only shoppers for whom").fill('{\n  "daysSincePurchase": }')
    await console.click("Save")
    await console.sees("line 2: Expecting value")
    await page.get_by_label("Only shoppers for whom").fill('{"weather": "fine"}')
    await console.click("Save")
    await expect(page.locator("#conditions-error")).to_contain_text("weather")
    await page.get_by_label("Only shoppers for whom").fill("")
    await page.get_by_label("Only with at least so many units").fill("3")
    await page.get_by_label("From").fill("22:00")
    await console.click("Save")
    await expect(page.get_by_label("Only with at least so many units")).to_have_value("3")
    await expect(page.locator(".wrong")).to_be_visible()
    policy = await console.shop.store.sites.policy(console.shop.site)
    assert policy.conditions == {}
    assert policy.quiet_hours is None
    assert policy.minimum_stock == 1


async def test_one_item_differs_from_the_shop_until_it_follows_it_again(console: Owner) -> None:
    shop, key = console.shop, orchid_key()
    await shop.ask("anna@example.com")
    await console.open(f"/settings/policy?item={key}")
    await console.sees("What you leave as in your shop follows your shop")
    await console.page.get_by_label("At most so many shoppers").fill("9")
    await console.click("Save")
    await console.sees("Saved for this item.")
    await console.has_no_violations()
    (of_item,) = await shop.store.sites.item_policies(shop.site, [key])
    assert of_item.overrides == {"capPerRestock": 9}
    await console.open("/settings/policy")
    await console.click("orchid")
    await console.click("Follow the shop in everything")
    await console.sees("The item follows the shop in everything again.")
    assert await shop.store.sites.items_with_policy(shop.site, "", 9) == []


async def test_a_policy_is_tried_on_those_who_wait_before_it_is_saved(console: Owner) -> None:
    await console.open("/settings/policy")
    await console.sees("Once somebody waits for an item")
    for number in range(6):
        await console.shop.ask(f"anna{number}@example.com")
    await console.open("/settings/policy")
    await console.page.get_by_label("Shoppers told for each unit").fill("1")
    await console.page.get_by_label("At most so many shoppers").fill("4")
    await console.page.get_by_label("If so many units").fill("2")
    await console.click("came in now")
    await expect(console.page.get_by_text("6 of 6 shoppers")).to_be_visible()
    await expect(console.page.get_by_text("4 of 6 shoppers")).to_be_visible()
    await expect(console.page.get_by_label("At most so many shoppers")).to_have_value("4")
    await console.has_no_violations()
    await console.screenshot("settings-policy-tried")
    policy = await console.shop.store.sites.policy(console.shop.site)
    assert policy.cap_per_restock is None
    await console.page.get_by_label("If so many units").fill("")
    await console.click("came in now")
    await expect(console.page.get_by_label("If so many units")).to_have_attribute(
        "aria-invalid", "true"
    )


async def test_a_key_is_made_shown_once_exchanged_and_shut_out(console: Owner) -> None:
    await console.open("/settings/keys")
    await console.page.get_by_label("Storefront").check()
    await console.page.get_by_label("Note to yourself").fill("my theme")
    await console.click("Make the key")
    await console.sees("shown only this once")
    await console.has_no_violations()
    await console.screenshot("settings-keys")
    key = await console.page.locator("#new-key").inner_text()
    assert await _lets_in(console.shop, key)
    await console.open("/settings/keys")
    await expect(console.page.get_by_text(key)).to_have_count(0)
    await console.click("Exchange key my theme")
    newer = await console.page.locator("#new-key").inner_text()
    assert newer != key
    assert await _lets_in(console.shop, newer)
    assert await _lets_in(console.shop, key)
    await _accept_questions(console)
    while await (shut := console.page.get_by_role("button", name="Shut out key my theme")).count():
        await shut.first.click()
        await console.sees("The key is shut out")
    assert not await _lets_in(console.shop, key)
    assert not await _lets_in(console.shop, newer)


async def test_a_person_is_added_signs_in_by_name_and_is_shut_out(console: Owner) -> None:
    name = f"Olga {console.shop.site}"
    await console.open("/settings/people")
    await console.page.get_by_label("Name", exact=True).fill(name)
    await console.page.get_by_label("Password", exact=True).fill("short")
    await console.click("Add")
    await console.sees("must have 10 to 200 characters")
    await expect(console.page.get_by_label("Name", exact=True)).to_have_value(name)
    await console.page.get_by_label("Password", exact=True).fill("correct horse battery")
    await console.click("Add")
    await console.sees("may sign in now, by name and password")
    await console.has_no_violations()
    await console.click("Sign out")
    await console.sign_in_by_name(name.upper(), "correct horse battery")
    await console.open("/settings/people")
    await console.has_no_violations()
    await console.page.get_by_label("Password until now").fill("correct horse battery")
    await console.page.get_by_label("New password").fill("staple of batteries")
    await console.click("Change")
    await console.sees("Your password is changed.")
    await _accept_questions(console)
    await console.click(f"Shut out {name}")
    await expect(console.page.get_by_label("Owner key")).to_be_visible()
    await console.sign_in_by_name(name, "staple of batteries", lets_in=False)
    await console.sees("The name or the password is wrong.")


async def test_the_log_tells_what_was_changed_and_by_whom(console: Owner, store: Store) -> None:
    await console.open("/settings/log")
    await console.sees("Nothing was changed yet")
    await console.has_no_violations()
    for number in range(60):
        await store.console.add_audit_line(console.shop.site, "Olga", f"Change {number}.")
    await console.open("/settings/log")
    await console.sees("Change 59.")
    await console.has_no_violations()
    await console.click("Show more")
    await console.sees("Change 9.")


async def _lets_in(shop: Shop, key: str) -> bool:
    body = shop.new_request(f"{key[-8:].strip('-_')}x@example.com")
    reply = await shop.http.post(BASE, json=body, headers={"Authorization": key})
    return reply.status_code != 401


async def _accept_questions(console: Owner) -> None:
    console.page.on("dialog", lambda dialog: dialog.accept())
