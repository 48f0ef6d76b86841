"""The owner sees whether mail goes out, and what is wrong where it does not."""

from datetime import timedelta

from conftest import RunningWorker
from playwright.async_api import expect
from shoppers import address
from temporalio.client import Client

from console.owner import Owner
from workflows.schedules import RECONCILE, ensure_schedules

_PATIENCE = 30_000


async def test_all_is_well_where_it_is(console: Owner, temporal: Client) -> None:
    await ensure_schedules(temporal, timedelta(hours=1))
    await temporal.get_schedule_handle(RECONCILE).trigger()
    await console.open("/health")
    await console.sees("Going out")
    # The page brings itself up to date.
    await expect(console.page.get_by_text("Each minute")).to_be_visible(timeout=_PATIENCE)
    await expect(console.page.get_by_text("1 worker is at work")).to_be_visible(timeout=_PATIENCE)
    await console.sees("Nobody missed a mail.")
    await console.has_no_violations()
    await console.screenshot("health")


async def test_it_says_since_when_mail_does_not_go_out_and_what_the_server_says(
    console: Owner,
) -> None:
    await console.shop.store.deliveries.mail_trouble(console.shop.site, "451 4.3.2 full, later")
    await console.open("/settings")
    await console.sees("Mail is not going out since")
    await console.click("What is wrong?")
    await console.sees("451 4.3.2 full, later")
    await console.sees("Nothing is lost.")
    await console.has_no_violations()
    await console.screenshot("health-trouble")


async def test_it_says_that_no_worker_is_at_work(console: Owner, worker: RunningWorker) -> None:
    await console.shop.ask(address())
    await worker.stop()
    try:
        await console.open("/health")
        await console.sees("Does not work")
        await console.sees("nothing is lost")
    finally:
        await worker.start()
    await expect(console.page.get_by_text("Does not work")).to_have_count(0, timeout=_PATIENCE)


async def test_it_counts_those_whose_mail_failed(console: Owner) -> None:
    request = await console.shop.ask(address("refused"))
    await console.shop.report()
    await console.shop.until(request, "FAILED")
    await console.open("/health")
    link = console.page.get_by_role("link", name="See why, and try again")
    await expect(link).to_have_attribute("href", "/console/requests?status=FAILED")
