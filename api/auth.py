"""Who calls: an API key belongs to one site and has one scope."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader

from api.services import Served
from domain.errors import ForbiddenError, UnauthenticatedError
from store.records import ApiKey

_authorization = APIKeyHeader(
    name="Authorization",
    scheme_name="Authorization",
    description="The API key, with or without `Bearer ` before it.",
    auto_error=False,
)
_apikey = APIKeyHeader(
    name="apikey",
    scheme_name="apikey",
    description="The API key, where the client speaks Voyado's dialect.",
    auto_error=False,
)

_LONGEST_KEY = 200


async def _caller(
    services: Served,
    authorization: Annotated[str | None, Security(_authorization)] = None,
    apikey: Annotated[str | None, Security(_apikey)] = None,
) -> ApiKey:
    """The key that was sent. Raises `UnauthenticatedError` where it is missing or unknown."""
    sent = authorization or apikey or ""
    secret = sent.removeprefix("Bearer ").strip()
    known = len(secret) <= _LONGEST_KEY and await services.store.sites.find_key(secret)
    if not known:
        raise UnauthenticatedError()
    return known


def _having(*scopes: str) -> Callable[[ApiKey], Awaitable[ApiKey]]:
    async def check(caller: Annotated[ApiKey, Depends(_caller)]) -> ApiKey:
        if caller.scope not in scopes:
            raise ForbiddenError()
        return caller

    return check


AnyCaller = Annotated[ApiKey, Depends(_caller)]
Owner = Annotated[ApiKey, Depends(_having("owner"))]
OwnerOrStorefront = Annotated[ApiKey, Depends(_having("owner", "storefront"))]
OwnerOrInventory = Annotated[ApiKey, Depends(_having("owner", "inventory"))]
