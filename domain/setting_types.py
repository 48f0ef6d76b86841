"""How single settings are written: durations, lists, limits, addresses, origins."""

import ipaddress
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, TypeAdapter
from pydantic_settings import NoDecode

from domain.addresses import own_address, sender

OFF = "off"
"""What switches a limit off."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# The notation of the library `limits`, as far as it makes sense here.
_LIMIT = r"\s*[1-9]\d{0,8}\s*(/|per)\s*([1-9]\d{0,5}\s*)?(second|minute|hour|day|month|year)s?\s*"
_LIMITS = re.compile(rf"{_LIMIT}([,;|]{_LIMIT})*", re.ASCII | re.IGNORECASE)
_STORES = ("redis://", "rediss://")
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
_DNS_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_PARAMETER = r"utm_[a-z_]{1,30}=[\w.~%+-]{1,100}"
_UTM = re.compile(rf"{_PARAMETER}(&{_PARAMETER}){{0,5}}", re.ASCII)
_OWN_PORTS = {"http": "80", "https": "443"}


def _duration(value: Any) -> Any:
    """Read `90s`, `30m`, `48h` or `2d`; leave everything else to pydantic."""
    match = re.fullmatch(r"(\d+)\s*([smhd])", value) if isinstance(value, str) else None
    if match is None:
        return value
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError("is too long") from None


def _comma_separated(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _limit(text: str) -> str:
    if text.lower() != OFF and not _LIMITS.fullmatch(text):
        raise ValueError("must be a limit, such as `30/minute` or `5/second; 100/hour`, or `off`")
    return text


def _store(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(_STORES):
        raise ValueError("must be the address of a Redis: redis://… or rediss://…")
    return url


def _socket_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        host = ""
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("must be an IP address and a port, such as 127.0.0.1:9464")
    return text


def _networks(texts: Sequence[str]) -> Sequence[str]:
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            raise ValueError(
                f"{text!r} is neither an IP address nor a network, such as 10.0.0.0/8"
            ) from None
    return texts


def _dns_name(text: str) -> str:
    if not _DNS_NAME.fullmatch(text.lower()):
        raise ValueError("must be a name of DNS, such as shop.example; another script as xn--…")
    return text.lower()


def _campaign(text: str) -> str:
    if text.lower() in (OFF, ""):
        return ""
    if not _UTM.fullmatch(text):
        raise ValueError("must be `utm_source=…&utm_medium=…`, percent-encoded, or `off`")
    return text


def _origins(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(_origin(text) for text in texts)


def _origin(text: str) -> str:
    """The origin as browsers send it: in lower case, without the scheme's own port."""
    match = _ORIGIN.fullmatch(text.lower())
    if not match or not 0 < int(match["port"] or 1) < 65536:
        raise ValueError(f"{text!r} is no origin, such as https://shop.example: no path, no `*`")
    own_port = match["port"] in (None, _OWN_PORTS[match["scheme"]])
    return f"{match['scheme']}://{match['host']}" if own_port else match[0]


def _verifier(url: str) -> str:
    """Where a secret is sent to, so by https; or on this machine, for tests."""
    parts = urlsplit(url)
    by_https = parts.scheme == "https" and parts.hostname
    if not by_https and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise ValueError("must be an https address, such as https://hcaptcha.example/siteverify")
    return url


Address = Annotated[str, AfterValidator(own_address)]
Sender = Annotated[str, AfterValidator(sender)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
DnsName = Annotated[str, AfterValidator(_dns_name)]
Campaign = Annotated[str, AfterValidator(_campaign)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]
Limit = Annotated[str, AfterValidator(_limit)]
LimitsStore = Annotated[SecretStr, AfterValidator(_store)]
SocketAddress = Annotated[str, AfterValidator(_socket_address)]
CaptchaUrl = Annotated[str, AfterValidator(_verifier)]
Networks = Annotated[Names, AfterValidator(_networks)]
Origins = Annotated[Names, AfterValidator(_origins)]

_durations: TypeAdapter[timedelta] = TypeAdapter(Duration)


def duration(text: str) -> timedelta:
    """A duration as settings have it: `90s`, `30m`, `48h`, `2d`. Raises `ValueError`."""
    return _durations.validate_python(text)
