"""What is kept of a shopper's consent."""

import ipaddress
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

LONGEST_TEXT = 4000

_IPV4_KEPT = 24
_IPV6_KEPT = 48


class ConsentKind(StrEnum):
    """What happened: a shopper agreed, or a file says so; confirmed it by mail; took it back."""

    GIVEN = "given"
    IMPORTED = "imported"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Consent(BaseModel):
    """By which door a consent came, which text was agreed to, and on which page.

    `network`: the shopper's, where their browser called.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    text: str = ""
    url: str | None = None
    network: str | None = None


def network_of(client: str) -> str | None:
    """The network of a client: enough to tell that somebody was there, too little to tell who.

    An IPv4 /24 (256 lines) or an IPv6 /48 (a site, of which nobody knows who is in it). None where
    it is no address.
    """
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    kept = _IPV4_KEPT if address.version == 4 else _IPV6_KEPT
    return str(ipaddress.ip_network(f"{address}/{kept}", strict=False))
