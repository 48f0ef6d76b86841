"""Writes a mail as bytes: headers, a text and its HTML (RFC 5322, 2045 to 2047, 6532).

By the older half of the standard library's `email`. Its newer half, `EmailMessage`, parses every
header it is given, and that costs as much as the rest of a notification together
(docs/decisions/0006-engine-speed.md).
"""

import quopri
from collections.abc import Mapping
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.policy import Compat32
from email.utils import quote
from io import BytesIO

# No quoted-printable text holds it: there, two digits follow each `=`.
_BOUNDARY = "=_restock"
# Longer ones do not fit a line (RFC 2047, 2).
_LONGEST_WORD = 60


class _AsWritten(Compat32):
    """Headers go out as they are given: they are encoded and folded already."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if set(value.replace("\r\n ", "")) & {"\r", "\n"}:
            raise ValueError(f"{name} holds a line break")
        return f"{name}: {value}\r\n".encode()


_POLICY = _AsWritten(linesep="\r\n", mangle_from_=False)


def mime(headers: Mapping[str, str], text: str, html: str) -> bytes:
    """A mail of two alternatives, or of the one that is not empty.

    `headers`: ready to be sent, as `header` and `mailbox` make them. Raises `ValueError` where a
    header holds a line break.
    """
    message: Message[str, str] = Message(_POLICY)
    message["MIME-Version"] = "1.0"
    for name, value in headers.items():
        message[name] = value
    if text and html:
        message["Content-Type"] = f'multipart/alternative; boundary="{_BOUNDARY}"'
        message.attach(_part("plain", text))
        message.attach(_part("html", html))
    else:
        _fill(message, *(("html", html) if html else ("plain", text)))
    written = BytesIO()
    BytesGenerator(written, policy=_POLICY).flatten(message)
    return written.getvalue()


def header(name: str, text: str) -> str:
    """A header's text, encoded where it is not plain ASCII, and folded."""
    text = " ".join(text.split())
    return _encoded(name, text, "us-ascii" if _is_plain(text) else "utf-8")


def mailbox(address: str, name: str = "") -> str:
    """`"My shop" <shop@example.com>`; an internationalised address stands as it is."""
    name = " ".join(name.split())
    if not name:
        return address
    shown = f'"{quote(name)}"' if _is_plain(name) else _encoded("From", name, "utf-8")
    return f"{shown} <{address}>"


def _part(subtype: str, text: str) -> "Message[str, str]":
    part: Message[str, str] = Message(_POLICY)
    _fill(part, subtype, text)
    return part


def _fill(part: "Message[str, str]", subtype: str, text: str) -> None:
    part["Content-Type"] = f"text/{subtype}; charset=utf-8"
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
    part.set_payload(quopri.encodestring(lines.encode(errors="replace")).decode("ascii"))


def _encoded(name: str, text: str, charset: str) -> str:
    return Header(text, charset, header_name=name, errors="replace").encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    """Whether a header may hold a text as it is, folded between words."""
    fits = all(len(word) <= _LONGEST_WORD for word in text.split())
    return fits and text.isascii() and text.isprintable() and "=?" not in text
