"""The owner watches restocks, and pauses, resumes and stops them."""

import pytest
from playwright.async_api import expect
from shop import Shop
from shoppers import address
from temporalio.client import Client
from test_holding_a_restock import ITEM, in_waves, until_held
from test_waves_of_a_restock import restock, told

import api.console.restocks
import api.own.running_now
from console.owner import Owner
from console.test_restock_now import audit_lines
from domain.errors import EngineUnavailableError

_PATIENCE = 20_000


async def test_where_nothing_was_announced_the_page_says_what_will_be_there(console: Owner) -> None:
    await console.open("/restocks")
    await console.sees("Nothing runs.")
    await console.sees("Nothing was announced yet")
    await console.has_no_violations()


async def test_a_running_restock_shows_its_waves_and_is_paused_resumed_and_stopped(
    console: Owner, temporal: Client
) -> None:
    shop, page = console.shop, console.page
    await console.open("/restocks")
    asked = await in_waves(shop, temporal, 4, minutes=60)
    # The page brings itself up to date.
    await expect(page.get_by_role("heading", name="Blue Orchid")).to_be_visible(timeout=_PATIENCE)
    await expect(page.get_by_text("Wave 2 begins in")).to_be_visible(timeout=_PATIENCE)
    await console.sees("1 told, 3 shoppers still wait")
    bar = page.get_by_role("progressbar", name="Wave 1: 1 told")
    await expect(bar).to_be_visible(timeout=_PATIENCE)
    await console.has_no_violations()
    await console.screenshot("restocks-running")
    await console.click("Pause (Blue Orchid)")
    await console.sees("nobody else is told until you resume it.")
    await until_held(shop)
    await expect(page.get_by_text("Wave 2 waits for you")).to_be_visible(timeout=_PATIENCE)
    await console.has_no_violations()
    await console.screenshot("restocks-paused")
    await console.click("Resume (Blue Orchid)")
    await until_held(shop, held=False)
    page.on("dialog", lambda dialog: dialog.accept())
    await expect(page.get_by_role("button", name="Stop (Blue Orchid)")).to_be_visible()
    await console.click("Stop (Blue Orchid)")
    await console.sees("is stopped: whoever was not told keeps waiting until more come in.")
    await restock(shop, temporal).result()
    await console.open("/restocks")
    await console.sees("3 shoppers wait on: stopped by the owner")
    await expect(page.get_by_text("Nothing runs.")).to_be_visible(timeout=_PATIENCE)
    await console.screenshot("restocks-past")
    await console.has_no_violations()
    assert await told(shop, asked) == [0]
    lines = [line.partition(" ")[0] for line in await audit_lines(shop)]
    assert [line for line in lines if line in ("Paused", "Resumed", "Stopped")] == [
        "Paused",
        "Resumed",
        "Stopped",
    ]


async def test_a_stop_that_is_not_confirmed_stops_nothing(console: Owner, temporal: Client) -> None:
    await in_waves(console.shop, temporal, 2, minutes=60)
    await console.open("/restocks")
    stop = console.page.get_by_role("button", name="Stop (Blue Orchid)")
    await expect(stop).to_be_visible(timeout=_PATIENCE)
    console.page.once("dialog", lambda dialog: dialog.dismiss())
    await stop.click()
    assert not (await restock(console.shop, temporal).query("progress"))["stopping"]


async def test_of_many_that_run_the_last_to_begin_are_shown(
    console: Owner, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (api.own.running_now, api.console.restocks):
        monkeypatch.setattr(module, "MOST_RUNNING", 1)
    await in_waves(console.shop, temporal, 2, minutes=60)
    await console.open("/restocks")
    shown = console.page.get_by_text("These are the 1 that began last")
    await expect(shown).to_be_visible(timeout=_PATIENCE)


async def test_while_the_engine_is_away_the_page_says_so_and_shows_the_past(
    console: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise EngineUnavailableError()

    monkeypatch.setattr(api.console.restocks, "running_now", away)
    await console.open("/restocks")
    await console.sees("What runs cannot be seen: the engine does not answer.")
    await console.has_no_violations()


async def test_no_form_reaches_another_shops_restock(
    console: Owner, other_shop: Shop, temporal: Client
) -> None:
    await in_waves(other_shop, temporal, 2, minutes=60)
    await in_waves(console.shop, temporal, 2, minutes=60)
    await console.open("/restocks")
    form = console.page.locator("form[action$=stop]")
    await expect(form).to_be_visible(timeout=_PATIENCE)
    csrf = await form.locator("[name=csrf]").input_value()
    await restock(console.shop, temporal).terminate()
    for name in (ITEM, f"{other_shop.site}/{ITEM}", f"../{other_shop.site}/{ITEM}"):
        for act in ("pause", "resume", "stop"):
            url = f"{console.address}/console/restocks/{act}"
            reply = await console.page.request.post(url, form={"restock": name, "csrf": csrf})
            assert reply.status in (400, 404)
    progress = await restock(other_shop, temporal).query("progress")
    assert not progress["paused"]
    assert not progress["stopping"]


async def test_past_restocks_come_page_by_page(console: Owner) -> None:
    for number in range(21):
        asked = await console.shop.ask(address(), f"item-{number}")
        await console.shop.report(f"item-{number}")
        await console.shop.until(asked, "NOTIFICATION_SENT")
    await console.open("/restocks")
    rows = console.page.get_by_role("region", name="What was announced").get_by_role("row")
    await expect(rows).to_have_count(21)
    await expect(rows.nth(1)).to_contain_text("item-20")
    await console.click("Show more")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("item-0")
