"""The demo's story: eight shoppers, three orchids, told through the API as its clients would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from domain.catalog import WIX_STORES_APP_IDS

_REQUESTS = "/back-in-stock-service/v1/back-in-stock-notification-requests"
_APP_ID = WIX_STORES_APP_IDS[1]
_POLICY = {"shoppersPerUnit": 2, "waveIntervalMinutes": 5 / 60}
_FINAL = ("NOTIFICATION_SENT", "FAILED")
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class Orchid:
    """An item of the demo's catalogue."""

    item_id: str
    name: str
    price: str

    @property
    def reference(self) -> dict[str, Any]:
        return {"appId": _APP_ID, "catalogItemId": self.item_id}

    @property
    def details(self) -> dict[str, Any]:
        return {"name": self.name, "price": self.price}


COLLECTION = Orchid("orchid-collection", "Orchid Collection", "65.00")
BLUE = Orchid("blue-orchid", "Blue Orchid", "75.00")
MOON = Orchid("moon-orchid", "Moon Orchid", "95.00")


@dataclass(frozen=True)
class Shopper:
    """A shopper, and how the story ends for them."""

    email: str
    orchid: Orchid
    status: str = "NOTIFICATION_SENT"
    auto_notified: bool | None = True
    mails: int = 1


TOLD_BY_THE_OWNER = Shopper("carol@example.com", COLLECTION, auto_notified=False, mails=0)
SHOPPERS = (
    Shopper("alice@example.com", COLLECTION),
    Shopper("bob@example.com", BLUE),
    TOLD_BY_THE_OWNER,
    # The mailbox refuses every address that begins so, as a server does for a mistyped one.
    Shopper("refused@example.com", BLUE, status="FAILED", auto_notified=None, mails=0),
    Shopper("erin@example.com", BLUE),
    Shopper("frank@example.com", MOON),
    Shopper("grace@example.com", MOON),
    # One unit came in, and two shoppers are told of each.
    Shopper("heidi@example.com", MOON, status="RECEIVED", auto_notified=None, mails=0),
)


# One for each request and one for each orchid that came back.
OWNER_NOTICES = len(SHOPPERS) + 3


@dataclass(frozen=True)
class Ending:
    """How the story ended for a shopper; `why` is the last that the timeline tells of them."""

    shopper: Shopper
    status: str
    auto_notified: bool | None
    why: str

    @property
    def is_final(self) -> bool:
        waits_on = self.status == self.shopper.status and self.why.startswith("not announced")
        return self.status in _FINAL or waits_on


class Step(Protocol):
    """Shows how far a part of the story is, of `total`."""

    total: int

    def reached(self, done: int) -> None: ...


@dataclass(frozen=True)
class Demo:
    """The calls of the story, with the owner's key. Raises `httpx.HTTPError`."""

    http: httpx.AsyncClient

    async def call(self, method: str, path: str, json: Any) -> Any:
        reply = await self.http.request(method, _REQUESTS + path, json=json)
        reply.raise_for_status()
        return reply.json()

    async def collect(self) -> None:
        await self.call("POST", "/settings/start-collecting", {"appId": _APP_ID})

    async def ask(self, shopper: Shopper) -> str:
        request = {"catalogReference": shopper.orchid.reference, "email": shopper.email}
        body = {"request": request, "itemDetails": shopper.orchid.details}
        reply = await self.http.post(_REQUESTS, json=body)
        if reply.status_code == httpx.codes.CONFLICT:
            # Of an earlier demo on the same data, where it would have another place in the queue.
            open_id = reply.json()["details"]["applicationError"]["data"]["id"]
            (await self.http.delete(f"{_REQUESTS}/{open_id}")).raise_for_status()
            return await self.ask(shopper)
        reply.raise_for_status()
        return str(reply.json()["request"]["id"])

    async def mark(self, request_id: str) -> None:
        await self.call("PUT", f"/{request_id}/mark-as-notification-sent", {"id": request_id})

    async def report(self, orchid: Orchid) -> None:
        body = {"catalogReference": orchid.reference, "itemDetails": orchid.details}
        await self.call("POST", "/report-items-back-in-stock", body)

    async def share_out(self) -> None:
        """Two shoppers are told of each unit, and five seconds later two more."""
        (await self.http.patch("/v1/policy", json=_POLICY)).raise_for_status()

    async def stock(self, orchid: Orchid, quantity: int) -> None:
        levels = [{"sku": orchid.item_id, "quantity": quantity}]
        (await self.http.put("/api/v3/inventory/stock-levels", json=levels)).raise_for_status()

    async def ending(self, shopper: Shopper, request_id: str) -> Ending:
        request = (await self._get(f"{_REQUESTS}/{request_id}"))["request"]
        steps = (await self._get(f"{_REQUESTS}/{request_id}/timeline"))["timeline"]
        told = [step for step in steps if not step["kind"].startswith("owner")]
        why = str(told[-1]["detail"] or told[-1]["kind"])
        return Ending(shopper, request["status"], request.get("autoNotified"), why)

    async def _get(self, path: str) -> Any:
        reply = await self.http.get(path)
        reply.raise_for_status()
        return reply.json()


async def story(
    demo: Demo, step: Callable[[str, int], Step], patience_seconds: float
) -> list[Ending]:
    """Tell the story; returns how it ended for each shopper, or stands when patience is over."""
    await demo.collect()
    await demo.share_out()
    ids = await _ask(demo, step("Shoppers ask for three sold-out orchids", len(SHOPPERS)))
    await _mark(demo, step("The owner tells Carol and marks her request", 1), ids)
    await _report(demo, step("Two orchids are reported back in stock", 2))
    await _come_in(demo, step("One Moon Orchid comes in, by its stock level", 1))
    told = step("Shoppers are told, two for each unit", len(SHOPPERS) - 1)
    await _once_final(demo, told, ids, patience_seconds)
    await demo.stock(MOON, 0)
    waits = step("The Moon Orchid is sold: the third waits on", len(SHOPPERS))
    return await _once_final(demo, waits, ids, patience_seconds)


async def _ask(demo: Demo, step: Step) -> dict[Shopper, str]:
    ids: dict[Shopper, str] = {}
    for shopper in SHOPPERS:
        ids[shopper] = await demo.ask(shopper)
        step.reached(len(ids))
    return ids


async def _mark(demo: Demo, step: Step, ids: dict[Shopper, str]) -> None:
    await demo.mark(ids[TOLD_BY_THE_OWNER])
    step.reached(1)


async def _report(demo: Demo, step: Step) -> None:
    for number, orchid in enumerate((COLLECTION, BLUE), start=1):
        await demo.report(orchid)
        step.reached(number)


async def _come_in(demo: Demo, step: Step) -> None:
    # It may still be there from an earlier demo on the same data.
    for quantity in (0, 1):
        await demo.stock(MOON, quantity)
    step.reached(1)


async def _once_final(
    demo: Demo, step: Step, ids: dict[Shopper, str], patience_seconds: float
) -> list[Ending]:
    """How it ended for each, once it has for as many as the step counts, or patience is over."""
    until = asyncio.get_running_loop().time() + patience_seconds
    while True:
        endings = [await demo.ending(shopper, ids[shopper]) for shopper in SHOPPERS]
        final = sum(ending.is_final for ending in endings)
        step.reached(final)
        if final >= step.total or asyncio.get_running_loop().time() > until:
            return endings
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
