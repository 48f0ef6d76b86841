"""What storefront keys may do how often: such a key is in the shop's pages, so in every hand."""

import hmac
import ipaddress
import logging
import secrets
from typing import Annotated

from fastapi import Depends, Request
from limits import parse_many

from api.rate_limiter import Limits, limiter_of
from domain.errors import TooManyRequestsError
from domain.ids import address_key
from domain.setting_types import OFF
from domain.settings import Settings
from store.records import ApiKey
from store.sites import Sites

log = logging.getLogger("restock.api")

SCOPE = "storefront"
# Who owns an IPv6 address has a whole network of this size.
_IPV6_CLIENT = 64


class StorefrontLimits:
    """How many requests storefront keys may make: for one client, one address, one site."""

    def __init__(self, settings: Settings) -> None:
        """Raises `ValueError` where `RESTOCK_LIMITS_URL` is set and the package `redis` missing."""
        self._limiter = limiter_of(settings)
        self._per_client = _parsed(settings.storefront_limit_per_client)
        self._per_address = _parsed(settings.storefront_limit_per_address)
        self._per_site = _parsed(settings.storefront_limit_per_site)
        self._forms_per_client = _parsed(settings.storefront_form_limit_per_client)
        self._warns_of_proxy = not settings.trusted_proxies
        # Of what is of no site; each process counts it for itself.
        self._own_secret = secrets.token_bytes(32)

    async def admit(self, http: Request, caller: ApiKey, sites: Sites, address: str) -> None:
        """Count a request that is about to be made for `address`; an owner's is not counted.

        Raises `TooManyRequestsError`.
        """
        if caller.scope != SCOPE:
            return
        self._note_unknown_proxy(http)
        # What one client or address has too many of is not counted for the site.
        await self._count(
            await sites.cursor_key(caller.site),
            (self._per_client, f"client {client_of(http)}"),
            (self._per_address, f"address {address_key(address)}"),
            (self._per_site, "site"),
        )

    async def admit_form(self, http: Request, caller: ApiKey, sites: Sites) -> None:
        """Count a form, besides: whoever fills it in runs no script that could be looked at.

        Raises `TooManyRequestsError`.
        """
        self._note_unknown_proxy(http)
        secret = await sites.cursor_key(caller.site)
        await self._count(secret, (self._forms_per_client, f"form client {client_of(http)}"))

    async def admits_visit(self, http: Request) -> bool:
        """Count a visit that a page reports: whether its client has not reported too many."""
        key = hmac.digest(self._own_secret, f"visit {client_of(http)}".encode(), "sha256").hex()
        return not await self._limiter.retry_after(self._per_client, key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._limiter.close()

    async def _count(self, secret: bytes, *counted: tuple[Limits, str]) -> None:
        for limits, what in counted:
            # Nobody can guess whose digest it is without the site's secret.
            key = hmac.digest(secret, what.encode(), "sha256").hex()
            if seconds := await self._limiter.retry_after(limits, key):
                raise TooManyRequestsError(seconds)

    def _note_unknown_proxy(self, http: Request) -> None:
        """Once: all shoppers behind a proxy that is not trusted count as one client."""
        if self._warns_of_proxy and "x-forwarded-for" in http.headers:
            self._warns_of_proxy = False
            log.warning("proxy_not_trusted", extra={"hint": "set RESTOCK_TRUSTED_PROXIES"})


def _parsed(setting: str) -> Limits:
    return [] if setting.lower() == OFF else parse_many(setting)


def client_of(http: Request) -> str:
    """Who calls: an IPv4 address, or the network of an IPv6 one."""
    host = http.client.host if http.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address), _IPV6_CLIENT), strict=False))
    return str(address)


def _limits(http: Request) -> StorefrontLimits:
    limits: StorefrontLimits = http.app.state.storefront_limits
    return limits


StorefrontLimited = Annotated[StorefrontLimits, Depends(_limits)]
