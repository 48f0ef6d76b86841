"""Calls with an `Idempotency-Key`: done once, answered the same for 24 hours."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.errors import IdempotencyKeyReusedError
from store.database import Connection, Pool, load_queries

_sql = load_queries("idempotency")


@dataclass(frozen=True)
class Call:
    """One call: whose, which operation, with which key and body."""

    site: str
    operation: str
    key: str
    body: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.body.encode()).digest()


@dataclass(frozen=True)
class Idempotency:
    """Remembers what calls were answered."""

    pool: Pool

    async def once(self, call: Call, act: Callable[[Connection], Awaitable[Any]]) -> Any:
        """What `act` answers, or what it answered to the same call before.

        `act` writes through the connection it is given, so that what it did and its answer are
        kept together or not at all; an error keeps neither. A second call that comes while the
        first is under way waits for it. Raises `IdempotencyKeyReusedError` where the key was
        used with another body.
        """
        name = {"site": call.site, "operation": call.operation, "key": call.key}
        async with self.pool.acquire() as connection, connection.transaction():
            if await _sql.claim_key(connection, **name, body_digest=call.digest) is None:
                return _answer(call, await _sql.answered(connection, **name))
            reply = await act(connection)
            await _sql.keep_answer(connection, **name, reply=reply)
            return reply

    async def forget_expired(self) -> None:
        """Remove the keys of over 24 hours ago."""
        await _sql.forget_expired_keys(self.pool)


def _answer(call: Call, known: Any) -> Any:
    if known["body_digest"] != call.digest:
        raise IdempotencyKeyReusedError()
    return known["reply"]
