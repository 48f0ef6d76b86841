"""A product page of a shop on another origin, and a shopper who looks at it."""

import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import BrowserContext, Locator, Page, Request, expect
from shop import STORES, Shop

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Blue Orchid</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/shop.css">
{script}</head><body><main><h1>Blue Orchid</h1>{body}</main></body></html>"""
# Nothing but what docs/widget.md tells shops to let in.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'self'; script-src {api}; connect-src {api}; "
    "form-action {api}; require-trusted-types-for 'script'"
)


@dataclass
class ShopPage:
    """Serves one page, `/blue-orchid`, as a test wants it, under a strict policy."""

    api: str = ""
    body: str = ""
    lang: str = "en"
    script: str = '<script async src="{api}/widget.js"></script>'
    css: str = ""
    origin: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/blue-orchid", self.page)
        app.add_api_route("/shop.css", self.style)
        return app

    async def page(self) -> HTMLResponse:
        script = self.script.format(api=self.api)
        html = _PAGE.format(lang=self.lang, script=script, body=self.body)
        policy = _POLICY.format(api=self.api)
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    async def style(self) -> HTMLResponse:
        return HTMLResponse(self.css, media_type="text/css")


@dataclass
class Shopper:
    """Somebody at the page. `complaints`: what the browser complained of."""

    shop: Shop
    context: BrowserContext
    page: Page
    site: ShopPage
    url: str
    complaints: list[str]
    calls: list[Request] = field(default_factory=list)

    def element(self, inner: str = "", **attributes: str) -> str:
        given = {
            "site-key": self.shop.key("storefront"),
            "item-id": "orchid",
            "item-name": "Blue Orchid",
            "item-price": "75.00",
        } | {name.replace("_", "-"): value for name, value in attributes.items()}
        written = " ".join(f"{name}='{value}'" for name, value in given.items())
        return f"<restock-notify {written}>{inner}</restock-notify>"

    def form(self, **more: str) -> str:
        """The shop's own form, for who runs no script."""
        given = {
            "siteKey": self.shop.key("storefront"),
            "appId": STORES,
            "itemId": "orchid",
            "itemName": "Blue Orchid",
            "itemPrice": "75.00",
            "itemUrl": self.url,
        } | more
        hidden = "".join(
            f"<input type='hidden' name='{name}' value='{value}'>" for name, value in given.items()
        )
        return (
            f"<form method='post' action='{self.site.api}/widget/request'>{hidden}"
            "<label for='mail'>Mail</label> <input id='mail' name='email' type='email' required>"
            "<button>Tell me</button></form>"
        )

    async def opens(self, body: str = "", **page: Any) -> None:
        self.site.body = body or self.element()
        for name, value in page.items():
            setattr(self.site, name, value)
        await self.page.goto(self.url)

    async def has_looked(self) -> None:
        """Long enough for a person."""
        await self.page.evaluate(
            "() => customElements.whenDefined('restock-notify')"
            ".then(() => new Promise((go) => setTimeout(go, 1100)))"
        )

    @property
    def email(self) -> Locator:
        return self.page.locator("restock-notify").get_by_role("textbox")

    @property
    def button(self) -> Locator:
        return self.page.locator("restock-notify").get_by_role("button")

    async def asks(self, email: str) -> None:
        await self.has_looked()
        await self.email.fill(email)
        await self.button.click()

    async def reads(self, text: str) -> None:
        await expect(self.page.locator("restock-notify").get_by_text(text)).to_be_visible()

    async def hears(self, name: str) -> None:
        """Keep the details of an event that reaches the document, under `heard`."""
        await self.page.evaluate(
            """name => {
                window.heard = [];
                document.addEventListener(name, (event) => window.heard.push(event.detail));
            }""",
            name,
        )

    async def heard(self) -> Any:
        return await self.page.evaluate("window.heard")

    def sent(self) -> list[dict[str, Any]]:
        """The bodies of the calls of the API."""
        return [json.loads(call.post_data or "{}") for call in self.calls]
