"""A restock that its owner pauses, resumes or stops, and how far a running one is.

A pause holds until it is resumed. A stop ends the restock, and holds until something new happens:
more units come in than the last stock level said, a product feed says again that the item is in
stock, or somebody reports it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.contracts import Contract
from domain.matching import Audience
from domain.outlook import RunningWave

STOPPED = "stopped by the owner"
"""Why those wait on whom a stopped restock has not told."""

MOST_WAVES_SHOWN = 20
"""How many of its last waves a running restock names."""


class Holding(Contract):
    """Asks for a restock to be noted as held, or no longer.

    `item_key`, `audience`, `request_ids`: as in `RestockInput`. `restock_id`: its last wave that
    has told anyone, if one has.
    """

    site: str
    item_key: str = ""
    audience: Audience = Audience()
    request_ids: tuple[UUID, ...] = ()
    restock_id: UUID | None = None


class RestockProgress(Contract):
    """How far a running restock is: its answer to a query.

    `item_key`: empty where requests were reported by their ids. `wave`: the one it is at; none
    while it only waits for its mails. `waves`: the ids of its last waves that told anyone, the
    newest last; `waves_before`: how many told anyone before those. `waiting`: how many waited when
    its wave began. `stopping`: it ends as soon as its stop is noted.
    """

    item_key: str = ""
    audience: Audience = Audience()
    wave: RunningWave | None = None
    waves: tuple[UUID, ...] = ()
    waves_before: int = 0
    waiting: int = 0
    paused: bool = False
    stopping: bool = False


@dataclass(frozen=True)
class RunningRestock:
    """A restock that runs: its name within its site (`domain/ids.py`), since when, how far it is.

    `item_key`: empty where requests were reported by their ids. `progress`: none where a worker
    of an older version runs it, or where it has ended just now.
    """

    name: str
    item_key: str
    since: datetime
    progress: RestockProgress | None
