"""Which addresses are public, and what the address of a feed looks like."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.web_addresses import check_url, is_public

PUBLIC = (
    "8.8.8.8 93.184.216.34 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450::1 64:ff9b::808:808"
)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 192.0.0.9
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::
2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
ff0e::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(address)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_ipv4_in_ipv6_is_never_more_public_than_it_is(address: IPv4Address) -> None:
    number = int(address)
    assert is_public(str(IPv6Address((0x64FF9B << 96) | number))) == is_public(str(address))
    for shape in (number, 0xFFFF << 32 | number, 0x2002 << 112 | number << 80):
        assert not is_public(str(IPv6Address(shape)))


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_is_public_is_at_least_global(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or (address.is_global and not address.is_multicast)


@pytest.mark.parametrize("text", ["", "shop.example", "1.2.3", "127.0.0.1:80", "[::1]"])
def test_a_name_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/feed.xml",
        "http://shop.example",
        "HTTPS://user:pass@shop.example:8443/feed?format=xml&lang=sv",
        "https://www.blåbär.example/flöde.xml",
        "http://[2606:4700::1111]/feed",
        "https://shop.example/" + "a" * 1979,
    ],
)
def test_addresses_of_feeds_are_taken_as_they_are(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "http or https URL"),
        ("shop.example/feed.xml", "http or https URL"),
        ("//shop.example/feed.xml", "http or https URL"),
        ("ftp://shop.example/feed.xml", "http or https URL"),
        ("file:///etc/passwd", "http or https URL"),
        ("https://", "http or https URL"),
        ("https:///feed.xml", "http or https URL"),
        ("https://:s3cret@/feed.xml", "http or https URL"),
        ("https://user:s3cret@shop.example:99999/", "http or https URL"),
        ("https://user:s3cret@shop.example:0/", "http or https URL"),
        ("https://user:s3cret@[shop/", "http or https URL"),
        ("https://s3cret@shop\u2100.example/", "http or https URL"),
        ("https://shop.example/#top", "fragment"),
        ("https://shop.example/a b", "spaces"),
        ("https://shop.example/\r\nX: y", "control characters"),
        ("https://shop.example/" + "a" * 1980, "2000 characters"),
    ],
)
def test_other_addresses_are_refused_in_words(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        check_url(url)
    assert "s3cret" not in str(refused.value)
