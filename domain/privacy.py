"""Keeps addresses of shoppers out of what Temporal, logs and timelines hold."""

import re

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")
# How Postgres, asyncpg and pydantic quote the row or the value that they object to. What follows is
# the value's, as far as it may go.
_QUOTED = re.compile(
    r"(DETAIL: |Failing row contains |invalid input for query argument \$\d+: |input_value=).*",
    re.DOTALL,
)
_LONGEST = 500


def address_pattern(address: str) -> str:
    """A regular expression, for Python and for Postgres, of an address that stands in a text.

    It is not found as a part of another's: `kim@example.com` is not in `kim@example.com.au`.
    """
    return rf"(?<![\w.%+-]){re.escape(address)}(?![\w-]|\.\w)"


def masked(text: str, *addresses: str) -> str:
    """`text` on one line, without any e-mail address, cut to 500 characters.

    Mail servers quote the recipient in their replies; `addresses` are masked even where they do
    not look like one. A row or a value that a library quotes is left out with what follows it.
    """
    text = without_values(text)
    for address in addresses:
        text = re.sub(re.escape(address), "<address>", text, flags=re.IGNORECASE)
    return _ADDRESS.sub("<address>", " ".join(text.split()))[:_LONGEST]


def without_values(text: str) -> str:
    """`text` up to the first row or value that a library quotes in it: that may be a name."""
    return _QUOTED.sub(r"\1<value>", text)
