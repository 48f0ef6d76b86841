"""The links in a shopper's mails. Whoever comes by one is that shopper, for one purpose.

A link names its site, an id and the moment it ends, and nothing else; it is signed with a secret
of the site: `<site>.<base64url of id, end and HMAC-SHA256, cut to 128 bits>`.
"""

import base64
import hmac
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

_TOKEN = re.compile(r"([a-z0-9][a-z0-9-]{0,62})\.([A-Za-z0-9_-]{48})")
_ID_BYTES, _END_BYTES, _MAC_BYTES = 16, 4, 16
_REQUESTS_LAST = timedelta(days=365)
_CONFIRMATION_LASTS = timedelta(hours=24)


class LinkPurpose(StrEnum):
    """What a link is for; one for one purpose is worth nothing for another."""

    OWN_REQUESTS = "own requests"
    CONFIRMATION = "confirmation"


class InvalidLinkError(ValueError):
    """No link of this site for this purpose, whole or in part."""


class ExpiredLinkError(InvalidLinkError):
    """A link that was good once. `subject`: whom or what it names."""

    def __init__(self, subject: UUID) -> None:
        super().__init__("the link has ended")
        self.subject = subject


def signed_token(key: bytes, purpose: LinkPurpose, site: str, subject: UUID, ends: datetime) -> str:
    """A text for an address that names `subject` of `site` until `ends`, in whole seconds."""
    body = subject.bytes + int(ends.timestamp()).to_bytes(_END_BYTES, "big")
    sealed = base64.urlsafe_b64encode(body + _mac(key, purpose, site, body))
    return f"{site}.{sealed.decode()}"


def site_of(token: str) -> str:
    """The site that a token says it is of: whose key opens it. Raises `InvalidLinkError`."""
    return _parts(token)[0]


def opened(token: str, key: bytes, purpose: LinkPurpose, now: datetime) -> UUID:
    """What a token names. Raises `InvalidLinkError`, and `ExpiredLinkError` after its end."""
    site, sealed = _parts(token)
    signed = base64.urlsafe_b64decode(sealed)
    body, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, purpose, site, body)):
        raise InvalidLinkError("not signed by this site for this purpose")
    subject = UUID(bytes=body[:_ID_BYTES])
    if now.timestamp() >= int.from_bytes(body[_ID_BYTES:], "big"):
        raise ExpiredLinkError(subject)
    return subject


def own_requests_url(public_url: str, key: bytes, site: str, contact_id: UUID) -> str:
    """Where a shopper sees and ends all own requests at a site, for a year from now."""
    ends = datetime.now(UTC) + _REQUESTS_LAST
    token = signed_token(key, LinkPurpose.OWN_REQUESTS, site, contact_id, ends)
    return f"{public_url.rstrip('/')}/my/{token}"


def confirmation_url(
    public_url: str, key: bytes, site: str, request_id: UUID, now: datetime
) -> str:
    """Where a shopper confirms the address of a request, for a day."""
    token = signed_token(key, LinkPurpose.CONFIRMATION, site, request_id, now + _CONFIRMATION_LASTS)
    return f"{public_url.rstrip('/')}/my/confirm/{token}"


def _parts(token: str) -> tuple[str, str]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise InvalidLinkError("no link of ours")
    return found[1], found[2]


def _mac(key: bytes, purpose: LinkPurpose, site: str, body: bytes) -> bytes:
    # Neither a purpose nor a site has a NUL in it, so that no two sets of parts read the same.
    signed = f"restock link 1\0{purpose}\0{site}\0".encode() + body
    return hmac.digest(key, signed, "sha256")[:_MAC_BYTES]
