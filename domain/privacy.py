"""Keeps addresses of shoppers out of what Temporal, logs and timelines hold."""

import re

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")
_LONGEST = 500


def masked(text: str, *addresses: str) -> str:
    """`text` on one line, without any e-mail address, cut to 500 characters.

    Mail servers quote the recipient in their replies; `addresses` are masked even where they do
    not look like one.
    """
    for address in addresses:
        text = re.sub(re.escape(address), "<address>", text, flags=re.IGNORECASE)
    return _ADDRESS.sub("<address>", " ".join(text.split()))[:_LONGEST]
