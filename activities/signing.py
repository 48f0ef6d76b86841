"""Signs mails by the shop's own key, so that mailboxes know whose they are (DKIM, RFC 6376)."""

import asyncio
import base64
import binascii
import re
from dataclasses import dataclass, replace

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from activities.mail import domain_of
from activities.smtp import Envelope, Sign, unsigned
from domain.settings import Settings

_HEADER = b"DKIM-Signature:"
# Those of them that a mail has. From counts once more, so that nobody can add a second one.
_SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"reply-to",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_RELAXED = (b"relaxed", b"relaxed")
_LEAST_BITS = 1024
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----\n(.+?)\n-----END \1-----", re.DOTALL)
# A private key of Ed25519 (RFC 8410): these bytes, and the 32 of the key.
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")


@dataclass(frozen=True)
class _Key:
    algorithm: bytes
    # As dkimpy takes it.
    secret: bytes


@dataclass(frozen=True)
class DkimSigner:
    """Signs mails whose sender is of `domain` or of a domain below it."""

    key: _Key
    selector: str
    domain: str

    async def __call__(self, envelope: Envelope) -> Envelope:
        """The same mail with a signature; without one where it is another domain's or has one."""
        if envelope.content.startswith(_HEADER) or not self._is_ours(envelope.sender):
            return envelope
        # RSA takes milliseconds, in which other mails go on.
        signature = await asyncio.to_thread(self.signature, envelope.content)
        return replace(envelope, content=signature + envelope.content)

    def signature(self, content: bytes) -> bytes:
        """The header to put in front of a mail."""
        mail = dkim.DKIM(content, signature_algorithm=self.key.algorithm)
        has = {name.lower() for name, _ in mail.headers}
        signed: bytes = mail.sign(
            self.selector.encode(),
            self.domain.encode(),
            self.key.secret,
            canonicalize=_RELAXED,
            include_headers=[*(name for name in _SIGNED if name in has), b"from"],
        )
        return signed

    def _is_ours(self, sender: str) -> bool:
        return f".{domain_of(sender).lower()}".endswith(f".{self.domain}")


def signer(settings: Settings) -> Sign:
    """What signs mails, as the settings say; nothing without a key.

    Raises `ValueError` saying which setting is wrong, without the key.
    """
    if settings.dkim_key is None:
        return unsigned
    if settings.dkim_selector is None:
        raise ValueError("RESTOCK_DKIM_KEY needs RESTOCK_DKIM_SELECTOR, the key's name in DNS")
    key = _key(settings.dkim_key.get_secret_value())
    domain = settings.dkim_domain or domain_of(settings.mail_from).lower()
    return DkimSigner(key, settings.dkim_selector, domain)


def _key(text: str) -> _Key:
    found = _PEM.search(text.replace("\r\n", "\n"))
    if not found:
        raise ValueError(
            "RESTOCK_DKIM_KEY holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
        )
    if "ENCRYPTED" in found[0]:
        raise ValueError("RESTOCK_DKIM_KEY is encrypted; give it without a passphrase")
    try:
        content = base64.b64decode("".join(found[2].split()), validate=True)
        if content.startswith(_ED25519) and len(content) == len(_ED25519) + 32:
            return _Key(b"ed25519-sha256", base64.b64encode(content.removeprefix(_ED25519)))
        return _rsa(found[0].encode())
    except (binascii.Error, UnparsableKeyError, IndexError):
        raise ValueError("RESTOCK_DKIM_KEY is neither a key of RSA nor of Ed25519") from None


def _rsa(pem: bytes) -> _Key:
    bits = parse_pem_private_key(pem)["modulus"].bit_length()
    if bits < _LEAST_BITS:
        raise ValueError(
            f"RESTOCK_DKIM_KEY has {bits} bits; mailboxes take {_LEAST_BITS} or more, best 2048"
        )
    return _Key(b"rsa-sha256", pem)
