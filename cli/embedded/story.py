"""The demo's story: five shoppers, two orchids, told through the API as its clients would."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from domain.catalog import WIX_STORES_APP_IDS

_REQUESTS = "/back-in-stock-service/v1/back-in-stock-notification-requests"
_APP_ID = WIX_STORES_APP_IDS[1]
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
)


# One for each request and one for each orchid that came back.
OWNER_NOTICES = len(SHOPPERS) + 2


@dataclass(frozen=True)
class Ending:
    """How the story ended for a shopper."""

    shopper: Shopper
    status: str
    auto_notified: bool | None


class Step(Protocol):
    """Shows how far a part of the story is."""

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
            # An interrupted demo on the same data: the request is still open.
            return str(reply.json()["details"]["applicationError"]["data"]["id"])
        reply.raise_for_status()
        return str(reply.json()["request"]["id"])

    async def mark(self, request_id: str) -> None:
        await self.call("PUT", f"/{request_id}/mark-as-notification-sent", {"id": request_id})

    async def report(self, orchid: Orchid) -> None:
        body = {"catalogReference": orchid.reference, "itemDetails": orchid.details}
        await self.call("POST", "/report-items-back-in-stock", body)

    async def ending(self, shopper: Shopper, request_id: str) -> Ending:
        reply = await self.http.get(f"{_REQUESTS}/{request_id}")
        reply.raise_for_status()
        request = reply.json()["request"]
        return Ending(shopper, request["status"], request.get("autoNotified"))


async def story(
    demo: Demo, step: Callable[[str, int], Step], patience_seconds: float
) -> list[Ending]:
    """Tell the story; returns how it ended for each shopper, or stands when patience is over."""
    await demo.collect()
    ids = await _ask(demo, step("Shoppers ask for two sold-out orchids", len(SHOPPERS)))
    await _mark(demo, step("The owner tells Carol and marks her request", 1), ids)
    await _report(demo, step("Both orchids are reported back in stock", 2))
    told = step("Shoppers are told", len(SHOPPERS))
    return await _once_told(demo, told, ids, patience_seconds)


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


async def _once_told(
    demo: Demo, step: Step, ids: dict[Shopper, str], patience_seconds: float
) -> list[Ending]:
    until = asyncio.get_running_loop().time() + patience_seconds
    while True:
        endings = [await demo.ending(shopper, ids[shopper]) for shopper in SHOPPERS]
        step.reached(_finished(endings))
        late = asyncio.get_running_loop().time() > until
        if _finished(endings) == len(endings) or late:
            return endings
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _finished(endings: Sequence[Ending]) -> int:
    return sum(ending.status in _FINAL for ending in endings)
