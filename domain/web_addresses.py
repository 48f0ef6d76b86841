"""Web addresses of feeds: their shape, and which network addresses are the public internet's.

Rules from IANA's special-purpose address registries (RFC 6890) and RFC 6052 (NAT64).
"""

from ipaddress import IPv4Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST_FEED_URL = 2000
_NAT64 = ip_network("64:ff9b::/96")
_IPV6_UNICAST = ip_network("2000::/3")
# Python counts these as global. Nobody's shop is there, and some of them lead to an IPv4 address.
_SPECIAL = [
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]


def is_public(address: str) -> bool:
    """Whether an IP address is a host's on the public internet.

    An address of NAT64 is judged by the IPv4 address within, because a network without IPv4 sees
    every shop that way. Other forms of IPv4 in IPv6 are never public. Raises `ValueError` for what
    is no IP address.
    """
    ip = ip_address(address)
    if ip in _NAT64:
        ip = IPv4Address(ip.packed[-4:])
    if ip.version == 6 and ip not in _IPV6_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _SPECIAL)


def check_url(url: str) -> str:
    """`url`, if it has the shape of a feed's address: http(s), a host, at most 2,000 characters.

    It may hold a user and a password. Raises `ValueError` saying what is wrong, without them.
    """
    if len(url) > LONGEST_FEED_URL:
        raise ValueError(f"must not be longer than {LONGEST_FEED_URL} characters")
    if not url.isprintable() or " " in url:
        raise ValueError("must not contain spaces or control characters")
    if "#" in url:
        raise ValueError("must not have a fragment (#)")
    if not _is_absolute(url):
        raise ValueError("must be an http or https URL, such as https://shop.example/feed.xml")
    return url


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
