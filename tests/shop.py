"""A shop in a test: its own site, its keys, and the calls its people make."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from store.store import Store

BASE = "/back-in-stock-service/v1/back-in-stock-notification-requests"
STORES = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
ORCHID = {"name": "Blue Orchid", "price": "75.00"}
# Only how long a test that fails takes: a busy machine is slow, and nothing here is of speed.
_PATIENCE = 60.0


@dataclass(frozen=True)
class Shop:
    """Calls the API as the owner of one site."""

    site: str
    http: httpx.AsyncClient
    store: Store

    def key(self, scope: str) -> str:
        return f"key-{scope}-{self.site}"

    async def call(
        self, method: str, path: str, json: Any = None, scope: str = "owner", **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": self.key(scope)} | options.pop("headers", {})
        return await self.http.request(method, path, json=json, headers=headers, **options)

    async def collect(self) -> None:
        reply = await self.call("POST", f"{BASE}/settings/start-collecting", {"appId": STORES})
        assert reply.status_code == 200, reply.text

    async def post_request(self, email: str, item: str = "orchid", **more: Any) -> httpx.Response:
        return await self.call("POST", BASE, self.new_request(email, item, **more))

    def new_request(self, email: str, item: str = "orchid", **more: Any) -> dict[str, Any]:
        reference = {"appId": STORES, "catalogItemId": item}
        reference |= {"options": more.pop("options")} if "options" in more else {}
        details = more.pop("item_details", ORCHID)
        request = {"catalogReference": reference, "email": email, **more}
        return {"request": request, "itemDetails": details}

    async def ask(self, email: str, item: str = "orchid", **more: Any) -> str:
        """A shopper asks; returns the request's id."""
        reply = await self.post_request(email, item, **more)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["request"]["id"])

    async def report(self, item: str = "orchid", details: Any = ORCHID, **more: Any) -> None:
        """The item is back."""
        body = {"itemDetails": details, **more}
        if "requestIds" not in more:
            body["catalogReference"] = {"appId": STORES, "catalogItemId": item}
        reply = await self.call("POST", f"{BASE}/report-items-back-in-stock", body)
        assert (reply.status_code, reply.json()) == (200, {}), reply.text

    async def get(self, request_id: str) -> dict[str, Any]:
        reply = await self.call("GET", f"{BASE}/{request_id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["request"])

    async def steps(self, request_id: str) -> list[str]:
        """What happened to a request, but for the owner's notices, which come at any time."""
        kinds = [step["kind"] for step in await self.timeline(request_id)]
        return [kind for kind in kinds if not kind.startswith("owner_")]

    async def timeline(self, request_id: str) -> list[dict[str, Any]]:
        reply = await self.call("GET", f"{BASE}/{request_id}/timeline")
        return list(reply.json()["timeline"])

    async def until(self, request_id: str, status: str) -> dict[str, Any]:
        """The request, once it has this status."""

        async def there() -> dict[str, Any] | None:
            request = await self.get(request_id)
            return request if request["status"] == status else None

        return await eventually(there, f"{request_id} to be {status}")

    async def until_step(self, request_id: str, kind: str) -> dict[str, Any]:
        """The first line of this kind in the timeline, once it is there."""

        async def there() -> dict[str, Any] | None:
            return next((s for s in await self.timeline(request_id) if s["kind"] == kind), None)

        return await eventually(there, f"{kind} in the timeline of {request_id}")

    async def row(self, request_id: str) -> Any:
        return await self.store.requests.get(self.site, UUID(request_id))


async def eventually(look: Any, what: str, patience: float = _PATIENCE) -> Any:
    """What `look` returns, as soon as it is something."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := await look():
            return found
        await asyncio.sleep(0.03)
    raise AssertionError(f"waited {patience} s in vain for {what}")
