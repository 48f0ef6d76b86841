"""A dry run: whom a restock would tell, wave by wave, if the stock stayed as it is.

Decides page by page as `activities/announce_page.py` does, by the same rules: `Situation.decide`,
`Share`, `next_wave` and `quiet_until`. It knows nothing of a restock that is running already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.announcing import Candidate, Situation
from domain.contracts import PAGE_SIZE, Contract, Source
from domain.policy import Policy
from domain.waves import Share, next_wave, quiet_until

MOST_WAITING = 10_000
"""How many of those who wait a dry run looks at."""

_MOST_WAVES = 1000
# Whoever is left out is decided anew in each wave; many of them and many waves take too long.
_MOST_DECISIONS = 3 * MOST_WAITING


@dataclass(frozen=True)
class PlannedWave:
    """A wave as it would be: its number from 1, when it begins, and who is told."""

    number: int
    at: datetime
    told: Sequence[Candidate]


@dataclass(frozen=True)
class Preview:
    """What a restock would do.

    `left_out`: who would still wait after the last wave, and why. `complete`: false where so many
    wait that not all waves were worked out; then those of the missing waves are in neither.
    """

    waves: Sequence[PlannedWave]
    left_out: dict[UUID, str]
    complete: bool


class MailPreviewInput(Contract):
    """Starts `MailPreview`: asks for the mail that one request would get, without sending it."""

    site: str
    request_id: UUID


class PreviewedMail(Contract):
    """A mail as it would be written, without its recipient.

    `locale`: the shopper's, as BCP 47 writes it. `trouble`: why there is no mail; empty where
    there is one.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    locale: str = ""
    trouble: str = ""


def preview(policy: Policy, stock: int | None, at: datetime, queue: Sequence[Candidate]) -> Preview:
    """What happens if `stock` units come in at `at`, a moment with a zone, and none is sold.

    Without `stock`: what happens if the item is reported. `queue`: those who wait, in the order of
    the policy.
    """
    source = Source.REPORT if stock is None else Source.STOCK_LEVEL
    waves: list[PlannedWave] = []
    begins, told, decisions = quiet_until(policy, at) or at, 0, 0
    while True:
        share = Share.of_wave(policy, stock, told)
        wave = _decide(Situation(policy, source, stock, share, begins), queue)
        if wave.told:
            waves.append(PlannedWave(len(waves) + 1, begins, wave.told))
        decisions += wave.looked_at
        if not wave.left_over or len(waves) == _MOST_WAVES or decisions >= _MOST_DECISIONS:
            return Preview(waves, wave.waits, complete=not wave.left_over)
        queue, told = wave.without_told(queue), told + len(wave.told)
        begins = next_wave(policy, begins)


@dataclass(frozen=True)
class _Wave:
    told: Sequence[Candidate]
    waits: dict[UUID, str]
    looked_at: int
    left_over: bool

    def without_told(self, queue: Sequence[Candidate]) -> Sequence[Candidate]:
        gone = {each.id for each in self.told}
        head = [each for each in queue[: self.looked_at] if each.id not in gone]
        return [*head, *queue[self.looked_at :]]


def _decide(situation: Situation, queue: Sequence[Candidate]) -> _Wave:
    told: list[Candidate] = []
    waits: dict[UUID, str] = {}
    looked_at, left_over = 0, False
    while looked_at < len(queue) and not left_over:
        page = queue[looked_at : looked_at + _page_size(situation.share)]
        decision = situation.decide(page)
        told += decision.told
        waits |= decision.waits
        looked_at, left_over = looked_at + len(page), decision.left_over
        situation = replace(situation, share=situation.share_after(decision))
    return _Wave(told, waits, looked_at, left_over)


def _page_size(share: Share) -> int:
    """Where a page ends makes no difference; a small share is used up by a few shoppers."""
    return PAGE_SIZE if share.units is None else min(share.units + 1, PAGE_SIZE)
