"""Bodies that are files: read piece by piece, and no further than they may be long."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from domain.errors import BodyTooLargeError, FieldViolation, InvalidRequestError


async def at_most(most: int, request: Request, refusal: str = "") -> AsyncIterator[bytes]:
    """The body, piece by piece, up to `most` bytes.

    Raises `BodyTooLargeError`, which says `refusal`, and `InvalidRequestError` where it broke off.
    """
    length = 0
    try:
        async for chunk in request.stream():
            length += len(chunk)
            if length > most:
                raise BodyTooLargeError(refusal or f"The body is larger than {most:,} bytes.")
            yield chunk
    except ClientDisconnect:
        raise InvalidRequestError(FieldViolation("", "The body broke off.")) from None
