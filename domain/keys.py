"""What an API key looks like."""

import secrets

_RANDOM_BYTES = 24


def new_key(scope: str) -> str:
    """A new key, which says what it is for and cannot be guessed: `rsk_owner_…`."""
    return f"rsk_{scope}_{secrets.token_urlsafe(_RANDOM_BYTES)}"
