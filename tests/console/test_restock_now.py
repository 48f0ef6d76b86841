"""The owner sees whom a restock would tell, and begins it."""

from playwright.async_api import expect
from queues import BAG, crowd, forget_all
from shop import Shop, eventually
from shoppers import address
from temporalio.client import Client
from test_holding_a_restock import ITEM
from test_waves_of_a_restock import SKU, policy, restock, told, until_told

from console.owner import Owner

HERE = f"/demand/restock?item={ITEM}"


async def waiting(shop: Shop, count: int = 4) -> list[str]:
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    return [await shop.ask(address(f"anna{n}"), SKU) for n in range(count)]


async def audit_lines(shop: Shop) -> list[str]:
    sql = "SELECT what FROM audit_log WHERE site = $1 ORDER BY id"
    return [row["what"] for row in await shop.store.pool.fetch(sql, shop.site)]


async def test_units_that_came_in_are_told_in_waves_after_a_dry_run(console: Owner) -> None:
    asked = await waiting(console.shop)
    await console.open("/demand")
    await console.click("Restock now (Blue Orchid)")
    await console.page.get_by_label("How many are there now?").fill("3")
    await console.click("Show whom it tells")
    await console.sees("4 shoppers of 4 would be told")
    rows = console.page.get_by_role("region", name="Waves").get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("at once")
    await rows.nth(1).get_by_text("Show").click()
    await expect(rows.nth(1)).to_contain_text("anna2")
    await console.page.get_by_text("Show the mail").click()
    await expect(console.page.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    await console.has_no_violations()
    await console.screenshot("restock-now")
    assert await told(console.shop, asked) == []
    await console.click("Begin the restock")
    await console.sees("Blue Orchid: shoppers are being told.")
    await until_told(console.shop, asked, [0, 1, 2])
    assert (await audit_lines(console.shop))[-1].startswith("Restocked Blue Orchid: there are 3")


async def test_two_clicks_are_one_restock(console: Owner, temporal: Client) -> None:
    asked = await waiting(console.shop)
    await console.open(f"{HERE}&quantity=1")
    form = console.page.locator("form[method=post]", has_text="Begin the restock")
    values = await form.evaluate("form => Object.fromEntries(new FormData(form))")
    url = f"{console.address}/console/demand/restock"
    for _ in range(2):
        reply = await console.page.request.post(url, form=values)
        assert reply.ok
    await until_told(console.shop, asked, [0])
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        async for event in restock(console.shop, temporal).fetch_history_events()
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert signals == ["stock_changed"]


async def test_everybody_is_told_where_nobody_counted_by_keyboard_alone(console: Owner) -> None:
    asked = await waiting(console.shop, 3)
    await console.open(HERE)
    await console.page.get_by_label("How many are there now?").focus()
    await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Space")
    await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Enter")
    button = console.page.get_by_role("button", name="Tell 3 shoppers now")
    await button.focus()
    await console.page.keyboard.press("Enter")
    await until_told(console.shop, asked, [0, 1, 2])


async def test_what_cannot_be_read_is_said_beside_the_field(console: Owner) -> None:
    await waiting(console.shop, 1)
    for typed, said in (
        ("a dozen", "Write how many there are in digits"),
        ("-3", "Write how many there are in digits"),
        ("99999999999", "Write how many there are in digits"),
        ("", "Say how many there are, or that everybody is to be told."),
    ):
        await console.page.goto(f"{console.address}/console{HERE}")
        await console.page.get_by_label("How many are there now?").fill(typed)
        await console.click("Show whom it tells")
        await console.sees(said)
        field = console.page.get_by_label("How many are there now?")
        await expect(field).to_have_value(typed)
        await expect(field).to_have_attribute("aria-invalid", "true")
    await console.has_no_violations()


async def test_who_would_keep_waiting_is_named_with_the_reason(console: Owner) -> None:
    await waiting(console.shop, 3)
    await policy(console.shop, capPerRestock=1)
    await console.open(f"{HERE}&quantity=9")
    await console.sees("1 shopper of 3 would be told")
    await console.sees("2 shoppers would keep waiting")
    await console.sees("the cap of 1 shoppers per restock is reached")
    await policy(console.shop, minimumStock=10)
    await console.open(f"{HERE}&quantity=9")
    await console.sees("Nobody would be told")
    await expect(console.page.get_by_role("button", name="Begin the restock")).to_have_count(0)
    await console.has_no_violations()


async def test_where_automatic_mails_are_off_it_says_what_that_means(console: Owner) -> None:
    await waiting(console.shop, 3)
    await policy(console.shop, automation=False)
    await console.open(f"{HERE}&quantity=9")
    await console.sees("So a restock tells nobody: all 3 shoppers keep waiting")
    await expect(console.page.get_by_role("button", name="Begin the restock")).to_have_count(0)
    await console.has_no_violations()


async def test_of_a_long_queue_the_head_is_looked_at(console: Owner) -> None:
    await crowd(console.shop, 1500)
    await console.open(f"/demand/restock?item={BAG.item_key}&everybody=true")
    await console.sees("1,000 shoppers of the first 1,000 would be told")
    await console.sees("1,500 shoppers wait in all")
    await expect(console.page.get_by_role("button", name="Tell everybody now")).to_be_visible()
    await console.has_no_violations()
    await forget_all(console.shop)


async def test_in_quiet_hours_it_says_when_the_first_are_told(console: Owner) -> None:
    await waiting(console.shop, 3)
    await policy(console.shop, quietHours={"from": "00:00", "to": "23:59"})
    await console.open(f"{HERE}&quantity=9")
    await console.sees("are told when the quiet hours end")


async def test_an_item_that_nobody_waits_for_has_no_page(console: Owner) -> None:
    reply = await console.page.goto(f"{console.address}/console/demand/restock?item={'0' * 32}")
    assert reply
    assert reply.status == 404
    await console.sees("Nobody waits for this item any more.")


async def test_another_shops_item_is_one_that_nobody_waits_for(
    console: Owner, other_shop: Shop
) -> None:
    asked = await waiting(other_shop, 1)
    reply = await console.page.goto(f"{console.address}/console{HERE}&quantity=3")
    assert reply
    assert reply.status == 404
    assert await told(other_shop, asked) == []


async def test_a_restock_that_runs_already_is_said(console: Owner) -> None:
    asked = await waiting(console.shop, 3)
    await console.open(f"{HERE}&quantity=1")
    await console.click("Begin the restock")
    await until_told(console.shop, asked, [0])

    async def said() -> bool:
        await console.open(f"{HERE}&quantity=2")
        return await console.page.get_by_text("is running already").count() == 1

    await eventually(said, "the page to say that a restock runs")
    await console.has_no_violations()
