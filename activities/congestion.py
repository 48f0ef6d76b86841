"""How much is asked of a mail server: less when it pushes back, slowly more when it takes mail.

Additive increase and multiplicative decrease, as TCP shares a line (RFC 5681): so several workers
find what one mail server takes without knowing of each other.
"""

import asyncio
import random
import re
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_FIRST_RETRY_SECONDS = 5.0
_LONGEST_RETRY_SECONDS = 600.0
_MOST_DOUBLINGS = 10
_CALM_SECONDS = 60.0
_SHUT_OUT = 3

_EXTENDED_CODE = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b")
# RFC 3463: the mail system as a whole, its fullness, its load, its set-up; congestion.
_OF_THE_SERVER = {"4.3.0", "4.3.1", "4.3.2", "4.3.5", "4.4.5"}
# The second number of these is the address, the mailbox.
_OF_THE_RECIPIENT = ("4.1.", "4.2.")
_TOO_MUCH = re.compile(
    r"\b(too (many|much|fast)|rate|throttl\w*|limit\w*|busy|overload\w*|resources|storage)\b", re.I
)


def pushes_back(code: int, words: str) -> bool:
    """Whether a refusal means that the server takes no mail just now, whoever it is for.

    One for good (5xx) never does; 421, the server going away, always does. Otherwise the extended
    code decides where it is clear, as 4.3.2 is; else the words do: greylisting and rate limits are
    both 4.7.1.
    """
    if code == 421 or code >= 500:
        return code == 421
    found = _EXTENDED_CODE.search(words)
    extended = found[0] if found else ""
    if extended.startswith(_OF_THE_RECIPIENT):
        return False
    return extended in _OF_THE_SERVER or bool(_TOO_MUCH.search(words))


def retry_delay(attempt: int, chance: float) -> timedelta:
    """How long a mail that was pushed back waits: 5 s, doubled at each attempt, 10 min at most.

    `attempt`: from 1. `chance`: from 0 to 1; makes it a half to one and a half of that, so that
    those that were pushed back together do not come back together.
    """
    doubled = _doubled(_FIRST_RETRY_SECONDS, attempt - 1, _LONGEST_RETRY_SECONDS)
    return timedelta(seconds=doubled * (0.5 + chance))


@dataclass(frozen=True)
class Congestion:
    """What is known of how much a mail server takes.

    `size`: most connections there may be. `limit`: how many may be used now, from 1 to `size`.
    `setbacks`: how many times it pushed back since it last took a mail.
    """

    size: int
    limit: float
    setbacks: int = 0

    def taken(self) -> "Congestion":
        """The server took a mail: a round of mails makes room for one connection more."""
        return replace(self, limit=min(self.limit + 1 / self.limit, self.size), setbacks=0)

    def pushed_back(self) -> "Congestion":
        """The server pushed back: half the connections."""
        return replace(self, limit=max(self.limit / 2, 1), setbacks=self.setbacks + 1)

    @property
    def pause_seconds(self) -> float:
        """How long nothing is asked of it: twice as long at each pushback in a row."""
        if not self.setbacks:
            return 0
        return _doubled(_FIRST_PAUSE_SECONDS, self.setbacks - 1, _LONGEST_PAUSE_SECONDS)


@dataclass
class Gate:
    """Lets in as many at a time as a mail server takes, in the order they came."""

    size: int
    _congestion: Congestion = field(init=False)
    _waiting: deque[asyncio.Future[int]] = field(default_factory=deque)
    _inside: int = 0
    _round: int = 0
    _pausing: bool = False
    _calm_at: float = 0

    def __post_init__(self) -> None:
        self._congestion = Congestion(self.size, self.size)

    @property
    def limit(self) -> int:
        """How many may be inside."""
        return int(self._congestion.limit)

    @property
    def strained(self) -> bool:
        """Whether the server pushed back within the last minute."""
        return asyncio.get_running_loop().time() < self._calm_at

    @property
    def shut_out(self) -> bool:
        """Whether the server pushed back three times since it last took a mail."""
        return self._congestion.setbacks >= _SHUT_OUT

    async def enter(self) -> int:
        """Wait for a place inside; returns the round, which `pushed_back` asks for."""
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place inside to the next."""
        self._inside -= 1
        self._admit()

    def taken(self) -> None:
        """The server took a mail."""
        self._congestion = self._congestion.taken()

    def pushed_back(self, entered_at: int) -> None:
        """The server pushed back; those that entered in one round count once."""
        if entered_at != self._round:
            return
        self._round += 1
        self._pausing = True
        self._congestion = self._congestion.pushed_back()
        loop = asyncio.get_running_loop()
        self._calm_at = loop.time() + _CALM_SECONDS
        # Not the same for every worker, or all would come back at once.
        loop.call_later(self._congestion.pause_seconds * random.uniform(0.5, 1), self._reopen)

    def _reopen(self) -> None:
        self._pausing = False
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._has_room():
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(self._round)

    def _has_room(self) -> bool:
        return self._inside < self.limit and not self._pausing


def _doubled(first: float, times: int, most: float) -> float:
    return min(first * 2.0 ** min(times, _MOST_DOUBLINGS), most)
