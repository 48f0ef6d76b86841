"""Loses replies of Postgres to statements that are committed: nobody hears that they are."""

import random
import re
from collections import Counter
from collections.abc import Iterator

from faults.fault_proxy import Cuts, Side

_WRITES = re.compile(rb"\b(INSERT INTO|UPDATE|DELETE FROM|COMMIT)\b", re.I)
# What a message of the protocol begins with: its type, and its length without the type.
_TYPE, _LENGTH = 1, 4


class LostReplies:
    """Loses the first reply to every statement that writes, and a share of the later ones."""

    def __init__(self, chance: random.Random, share: float) -> None:
        self._chance, self._share = chance, share
        self._seen: Counter[bytes] = Counter()
        self.lost = 0

    def watcher(self) -> Cuts:
        """For one connection: says when it is to be cut."""
        return _Conversation(self).hears_the_end_of_a_write_that_is_lost

    def loses(self, statement: bytes) -> bool:
        """Whether the reply to a statement, which is committed now, gets lost."""
        self._seen[statement] += 1
        loses = self._seen[statement] == 1 or self._chance.random() < self._share
        self.lost += loses
        return loses


class _Conversation:
    """One connection, as far as it must be understood: which statement is being answered."""

    def __init__(self, replies: LostReplies) -> None:
        self._replies = replies
        self._said = {"client": _Messages(begins_untyped=True), "server": _Messages()}
        self._prepared: dict[bytes, bytes] = {}
        self._running = b""

    def hears_the_end_of_a_write_that_is_lost(self, side: Side, data: bytes) -> bool:
        messages = self._said[side].read(data)
        if side == "client":
            for kind, body in messages:
                self._asks(kind, body)
            return False
        return any([self._ends_lost(kind, body) for kind, body in messages])

    def _asks(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":  # Parse: name, statement
            name, statement = body.split(b"\0")[:2]
            self._prepared[name] = statement
        elif kind == b"B":  # Bind: portal, name
            self._running = self._prepared.get(body.split(b"\0")[1], b"")
        elif kind == b"Q":  # a simple query
            self._running = body

    def _ends_lost(self, kind: bytes, body: bytes) -> bool:
        if kind == b"E":  # an error: nothing was written
            self._running = b""
        # Ready for the next, outside of any transaction: what ran is committed.
        if (kind, body) != (b"Z", b"I") or not _WRITES.search(self._running):
            return False
        statement, self._running = self._running, b""
        return self._replies.loses(statement)


class _Messages:
    """Cuts a stream of Postgres' protocol into its messages."""

    def __init__(self, begins_untyped: bool = False) -> None:
        self._untyped = begins_untyped
        self._rest = b""

    def read(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The messages that are complete now, as type and body."""
        self._rest += data
        while True:
            begin = 0 if self._untyped else _TYPE
            length = int.from_bytes(self._rest[begin : begin + _LENGTH], "big")
            end = begin + length
            if len(self._rest) < begin + _LENGTH or len(self._rest) < end:
                return
            message, self._rest = self._rest[:end], self._rest[end:]
            yield message[:begin], message[begin + _LENGTH :]
            self._untyped = False
