"""How much a call may send: a body that is longer is refused unread, in the caller's dialect.

Starlette counts the bytes as they come in, also those of a body that does not say its length.
"""

from fastapi import Request, Response

from api.errors import too_large

MOST_BYTES = 1024**2
"""Of every body, where its path says nothing else."""

MOST_BYTES_OF_LEVELS = 16 * 1024**2
"""Of 10,000 stock levels or purchases; the longest levels there can be are 13 MiB."""

MOST_BYTES_OF_A_FEED = 2**63 - 1
"""None: the bytes of an upload are counted as it is kept, up to RESTOCK_FEED_MAX_BYTES."""


def in_words(request: Request, response: Response) -> Response:
    """The reply as it is, or a refusal of Starlette's own in the words of the caller's dialect.

    It has to refuse by itself where the reply is there before the body was read.
    """
    plain = response.headers.get("Content-Type", "").startswith("text/plain")
    return too_large(request) if response.status_code == 413 and plain else response
