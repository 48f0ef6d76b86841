"""The shop's page reports a visit, and the owner sees what came of the mails."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import expect
from served import served
from shop import Shop, eventually
from shoppers import address

from console.owner import Owner
from domain.visits import visit_token

PAGE = "http://shop.test/orchid"


async def told(shop: Shop) -> str:
    """Have a shopper told; returns the token of the mail."""
    request_id = await shop.ask(address(), itemUrl=PAGE)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    row = await shop.store.pool.fetchrow(
        "SELECT id, restock_id FROM requests WHERE id = $1", request_id
    )
    return visit_token(await shop.store.sites.cursor_key(shop.site), *row)


async def visits(shop: Shop) -> int:
    (restock,) = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    return int(restock["visited"])


async def test_a_page_reports_whoever_comes_by_a_mail(console: Owner) -> None:
    token = await told(console.shop)
    shop_pages = FastAPI()

    @shop_pages.get("/orchid")
    async def orchid() -> HTMLResponse:
        return HTMLResponse(f'<script type="module" src="{console.address}/visit.js"></script>')

    page = console.page
    async with served(shop_pages) as url:
        await page.context.route(f"{url}/**", lambda route: route.continue_())
        async with page.expect_request(f"{console.address}/widget/visit"):
            await page.goto(f"{url}/orchid?color=blue&rsk={token}")
        await expect(page).to_have_url(f"{url}/orchid?color=blue")
        kept = await page.evaluate(
            f"import('{console.address}/visit.js').then((visit) => visit.token())"
        )
    assert kept == token
    await eventually(lambda: visits(console.shop), "the visit to be noted")
    await console.open("/restocks/conversions")
    await console.sees("100 %")
    await console.has_no_violations()
    await console.screenshot("conversions")


async def test_each_restock_says_what_came_of_it(console: Owner) -> None:
    token = await told(console.shop)
    await console.shop.store.conversions.visit(token)
    await console.open("/restocks")
    row = console.page.get_by_role("row").filter(has_text="Blue Orchid")
    await expect(row.get_by_role("cell").nth(4)).to_have_text("1")
    await expect(row.get_by_role("cell").nth(5)).to_have_text("0")
    await console.has_no_violations()
    await console.screenshot("restocks")
    await console.click("What came of it, item by item")
    await console.sees("Told, visited, bought")


async def test_without_mails_the_page_says_so(console: Owner) -> None:
    await console.open("/restocks/conversions?days=7")
    await console.sees("Nobody was told in that time")
    await console.has_no_violations()
