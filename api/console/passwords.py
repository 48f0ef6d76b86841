"""Passwords of users: Argon2id with the parameters of RFC 9106 for little memory."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 10, 200

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# What nobody's password is: a name that nobody has takes as long as one that somebody has.
_NOBODY = _hasher.hash("")


def long_enough(password: str) -> str:
    """A password, if nobody guesses it by trying short ones. Raises `ValueError`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"must have {SHORTEST} to {LONGEST} characters")
    return password


async def hashed(password: str) -> str:
    """The hash of a password, as a PHC string."""
    return await asyncio.to_thread(_hasher.hash, password)


async def is_password(kept: str | None, password: str) -> bool:
    """Whether a password is the one of the hash `kept`; None is nobody's."""
    matches = await asyncio.to_thread(_matches, kept or _NOBODY, password)
    return matches and kept is not None


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
