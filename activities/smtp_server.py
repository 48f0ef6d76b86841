"""Which mail server to use and how, read from `RESTOCK_SMTP_URL`."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

StartTls = Literal["auto", "required", "never"]


@dataclass(frozen=True)
class SmtpServer:
    """A mail server: `smtp://` with STARTTLS as said, `smtps://` with implicit TLS."""

    host: str
    port: int
    implicit_tls: bool
    starttls: StartTls
    username: str | None
    password: str | None
    tls: ssl.SSLContext

    @classmethod
    def from_url(cls, url: str, ca_file: Path | None = None) -> "SmtpServer":
        """Read `smtp://user:password@host:587?starttls=required`.

        Raises `ValueError` saying what is wrong, without the password.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps"):
            raise ValueError("RESTOCK_SMTP_URL must begin with smtp:// or smtps://")
        if not parts.hostname:
            raise ValueError("RESTOCK_SMTP_URL names no host")
        port = _port(parts)
        implicit_tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (465 if implicit_tls else 587),
            implicit_tls=implicit_tls,
            starttls=_starttls(parts.query),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=ssl.create_default_context(cafile=ca_file),
        )

    @property
    def start_tls_option(self) -> bool | None:
        """What aiosmtplib calls `start_tls`: None means where the server offers it."""
        if self.implicit_tls or self.starttls == "never":
            return False
        return True if self.starttls == "required" else None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        # urllib's own words would quote what may be a part of the password.
        raise ValueError(
            "RESTOCK_SMTP_URL has no number as its port; in the user and the password, write "
            "/ as %2F, @ as %40, : as %3A, ? as %3F and # as %23"
        ) from None


def _starttls(query: str) -> StartTls:
    options = parse_qs(query, keep_blank_values=True)
    unknown = set(options) - {"starttls"}
    if unknown:
        raise ValueError(f"RESTOCK_SMTP_URL has an unknown option {sorted(unknown)[0]!r}")
    match options.get("starttls", ["auto"]):
        case ["auto"]:
            return "auto"
        case ["required"]:
            return "required"
        case ["never"]:
            return "never"
    raise ValueError("starttls in RESTOCK_SMTP_URL must be auto, required or never")
