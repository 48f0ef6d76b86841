"""The mails that the embedded stack caught, shown without being run."""

import mailbox
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from served import served
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from console.owner import Owner
from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine

_EVIL = '<h1>Back</h1><script>parent.document.title = "run"</script><img src=x onerror="top.x=1">'


@pytest.fixture
def folder(tmp_path: Path) -> mailbox.Maildir:
    return mailbox.Maildir(tmp_path / "mailbox", create=True)


@pytest_asyncio.fixture
async def page(
    browser: Browser,
    store: Store,
    temporal: Client,
    settings: Settings,
    folder: mailbox.Maildir,
    tmp_path: Path,
) -> AsyncIterator[Page]:
    caught = settings.model_copy(update={"mailbox_dir": tmp_path / "mailbox"})
    app = create_app(Services(store, Engine(temporal), caught))
    async with served(app) as url:
        opened = await browser.new_page(base_url=url)
        yield opened
        await opened.close()


def mail(subject: str, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "shop@x.test", "anna@x.test"
    message.set_content(f"Plain text of {subject}")
    if html:
        message.add_alternative(html, subtype="html")
    return message


async def test_a_new_mail_appears_by_itself_and_is_shown_with_its_source(
    page: Page, folder: mailbox.Maildir
) -> None:
    await page.goto("/mailbox")
    await expect(page.get_by_text("No mail yet")).to_be_visible()
    owner = Owner(page, None, "", [])  # type: ignore[arg-type]
    await owner.has_no_violations()
    folder.add(mail("Blue Orchid is back", "<h1>It is back</h1>"))
    link = page.get_by_role("link", name="Blue Orchid is back")
    await expect(link).to_be_visible(timeout=20_000)
    await owner.has_no_violations()
    await link.click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading", name="It is back")).to_be_visible()
    await expect(page.get_by_text("Plain text of Blue Orchid is back")).to_be_visible()
    await owner.has_no_violations()
    await owner.screenshot("mailbox")
    await page.get_by_role("link", name="Source").click()
    await expect(page.get_by_text("Subject: Blue Orchid is back")).to_be_visible()


async def test_nothing_in_a_mail_is_run(page: Page, folder: mailbox.Maildir) -> None:
    key = folder.add(mail('</title><script>document.title="run"</script>', _EVIL))
    await page.goto(f"/mailbox/{key}")
    await expect(page.frame_locator("iframe").get_by_text("Back")).to_be_visible()
    assert "run" not in (await page.title()).replace('<script>document.title="run"</script>', "")
    assert await page.evaluate("window.x") is None
