"""The owner of a shop, at the console."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npm_packages import npm_ci
from playwright.async_api import Page, expect
from shop import Shop

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OF_SIZES = ["target-size", "scrollable-region-focusable", "color-contrast"]
PHONE = {"width": 360, "height": 740}
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Owner:
    """Looks at pages of the console. `trouble`: what the browser's console complained of."""

    page: Page
    shop: Shop
    address: str
    trouble: list[str]

    async def be_signed_in(self) -> None:
        """As after `sign_in`, without looking at its page."""
        sign_in = f"{self.address}/console/sign-in"
        await self.page.context.request.post(sign_in, form={"key": self.shop.key("owner")})

    async def sign_in(self) -> None:
        await self.page.goto(f"{self.address}/console/health")
        await self.page.get_by_label("Owner key").fill(self.shop.key("owner"))
        await self.page.get_by_role("button", name="Sign in with the key").click()
        await expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    async def sign_in_by_name(self, name: str, password: str, lets_in: bool = True) -> None:
        await self.page.goto(f"{self.address}/console/health")
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        if lets_in:
            await expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    async def open(self, path: str) -> None:
        """`path`: without `/console`."""
        reply = await self.page.goto(f"{self.address}/console{path}")
        assert reply
        assert reply.ok, f"{path}: {reply.status} {await self.page.inner_text('main')}"

    async def click(self, name: str) -> None:
        """A button or a link."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        await button.or_(link).first.click()

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def has_no_violations(self) -> None:
        """Of WCAG 2.2 AA, by axe, in light and dark and on a phone."""
        axe = (npm_ci(_FOLDER) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        # With its styles, which a page that has just come may still wait for.
        await self.page.wait_for_load_state("load")
        await self.page.evaluate(axe)
        found = {"light": await self._violations({"type": "tag", "values": WCAG})}
        await self.page.emulate_media(color_scheme="dark")
        # Nothing else may differ there.
        found["dark"] = await self._violations({"type": "rule", "values": OF_COLOURS})
        size = self.page.viewport_size
        await self.page.set_viewport_size(PHONE)
        of_size = await self._violations({"type": "rule", "values": OF_SIZES})
        found["phone"] = of_size + await self._sideways()
        await self.page.set_viewport_size(size or PHONE)
        await self.page.emulate_media(color_scheme="light")
        assert not any(found.values()), found
        assert not self.trouble

    async def screenshot(self, name: str, whole: bool = True) -> None:
        """Kept in `screenshots/`, to be looked at."""
        os.makedirs(SCREENSHOTS, exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    async def _violations(self, rules: dict[str, Any]) -> list[Any]:
        found = await self.page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        return [
            (each["id"], [node["html"][:300] for node in each["nodes"]])
            for each in found["violations"]
        ]

    async def _sideways(self) -> list[str]:
        """What makes the page wider than the phone, if it is."""
        found: list[str] = await self.page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                const wider = document.documentElement.scrollWidth - width;
                if (wider <= 0) return [];
                const far = [...document.querySelectorAll("body *")]
                    .filter((each) => each.getBoundingClientRect().right > width)
                    .map((each) => each.outerHTML.slice(0, 120));
                return [`${wider} px wider than the phone`, ...far];
            }"""
        )
        return found
