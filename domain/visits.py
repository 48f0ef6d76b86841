"""The token in the link of a shopper's mail, by which a visit and a purchase are known."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

TOKEN = "rsk"
"""The parameter of the link that holds it."""

TOKEN_LENGTH = 64
ATTRIBUTED_FOR = timedelta(days=30)
"""For how long after a mail a purchase counts as one that it led to."""

_PURPOSE = b"visit:"
_ID_BYTES = 16
_PROOF_BYTES = 16


@dataclass(frozen=True)
class VisitToken:
    """Which mail it stands in, by its request and restock, and the proof that we wrote it."""

    request_id: UUID
    restock_id: UUID
    proof: bytes

    def is_genuine(self, secret: bytes) -> bool:
        """Whether it was made with the secret of the mail's site."""
        return hmac.compare_digest(self.proof, _proof(secret, self.request_id, self.restock_id))


def visit_token(secret: bytes, request_id: UUID, restock_id: UUID) -> str:
    """The token of one mail: the same at each attempt, so nothing is stored at sending.

    64 letters, digits, `-` and `_`, in which there is nothing personal.
    """
    proof = _proof(secret, request_id, restock_id)
    content = request_id.bytes + restock_id.bytes + proof
    return base64.urlsafe_b64encode(content).decode()


def read_token(text: str) -> VisitToken | None:
    """The inverse of `visit_token`, before anything is proven; none of what is no token."""
    if len(text) != TOKEN_LENGTH or not text.isascii():
        return None
    try:
        content = base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    # Python also takes `+` and `/`, where `altchars` names others for them.
    if base64.urlsafe_b64encode(content).decode() != text:
        return None
    return VisitToken(
        UUID(bytes=content[:_ID_BYTES]),
        UUID(bytes=content[_ID_BYTES : 2 * _ID_BYTES]),
        content[2 * _ID_BYTES :],
    )


def _proof(secret: bytes, request_id: UUID, restock_id: UUID) -> bytes:
    text = _PURPOSE + request_id.bytes + restock_id.bytes
    return hmac.digest(secret, text, "sha256")[:_PROOF_BYTES]
