"""Signed text: HMAC-SHA256 over a scope and a body, in url-safe base64."""

import base64
import hmac
from dataclasses import dataclass, field

_PURPOSE = b"restock query cursor 1\0"
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs text for one scope, so that a cursor of one site is worth nothing to another."""

    key: bytes = field(repr=False)
    scope: str

    def close(self, text: str) -> str:
        return self._close(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again; a `ValueError` when it was not sealed with this key for this scope."""
        given = sealed.encode("ascii")
        body = base64.urlsafe_b64decode(given + b"=" * (-len(given) % 4))[_MAC_BYTES:]
        # Comparing the text, not the bytes, refuses other base64 spellings of the same bytes.
        if not hmac.compare_digest(self._close(body), given):
            raise ValueError("not sealed with this key for this scope")
        return body.decode()

    def _close(self, body: bytes) -> bytes:
        scope = self.scope.encode()
        # The length keeps scope and body apart: ("ab", "c") is not ("a", "bc").
        signed = _PURPOSE + len(scope).to_bytes(4, "big") + scope + body
        mac = hmac.digest(self.key, signed, "sha256")
        return base64.urlsafe_b64encode(mac + body).rstrip(b"=")
