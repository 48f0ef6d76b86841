"""Waiting lists in tests: how they are sent, and how their imports go on."""

from typing import Any

import httpx
from shop import Shop, eventually

IMPORTS = "/v1/imports"


async def upload_list(
    shop: Shop, content: str | bytes, kind: str = "text/csv", **params: str
) -> httpx.Response:
    """Send a file."""
    sent = content.encode() if isinstance(content, str) else content
    return await shop.call(
        "POST", IMPORTS, content=sent, params=params, headers={"Content-Type": kind}
    )


async def get_import(shop: Shop, import_id: str) -> dict[str, Any]:
    reply = await shop.call("GET", f"{IMPORTS}/{import_id}")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def until_state(shop: Shop, import_id: str, state: str) -> dict[str, Any]:
    """The import, once it is so far."""

    async def there() -> dict[str, Any] | None:
        found = await get_import(shop, import_id)
        return found if found["state"] == state else None

    found: dict[str, Any] = await eventually(there, f"{import_id} to be {state}")
    return found


async def checked(shop: Shop, content: str, **params: str) -> dict[str, Any]:
    """An import whose dry run is over."""
    reply = await upload_list(shop, content, **params)
    assert reply.status_code == 202, reply.text
    return await until_state(shop, reply.json()["id"], "ready")


async def confirmed(shop: Shop, content: str, **params: str) -> dict[str, Any]:
    """An import that is done."""
    found = await checked(shop, content, **params)
    reply = await shop.call("POST", f"{IMPORTS}/{found['id']}/confirm")
    assert reply.status_code == 202, reply.text
    return await until_state(shop, found["id"], "done")
