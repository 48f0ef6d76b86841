"""Why a shopper who waits was not told yet, and about when they will be."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.announcing import Candidate, Situation
from domain.contracts import Announcement, Contract, Source
from domain.matching import Audience
from domain.policy import Order, Policy
from domain.waves import Share, next_wave

NOT_BACK = "the item is not known to be back"
"""Why those wait of whose item nothing has been heard."""

# Nobody plans that far ahead.
_MOST_WAVES_AHEAD = 1000


class Standing(BaseModel):
    """Where a request stands among all that wait for its item.

    `of`: how many wait, with itself; `wanted`: how many units they want. `older`: how many have
    waited longer; `wanted_by_older`: how many units those want.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    of: int
    wanted: int
    older: int
    wanted_by_older: int


class RunningWave(Contract):
    """The wave a running restock is at: its answer to a query.

    `begins`: when it looks at the stock; none where it did. `told`: how many the restock told so
    far. `quantity`: what its source said; none without a count. `paused`: by the owner; then it
    begins when it is resumed, and not before `begins`.
    """

    wave: int
    begins: datetime | None = None
    told: int = 0
    source: Source = Source.REPORT
    quantity: int | None = None
    paused: bool = False

    @classmethod
    def of(cls, announcement: Announcement, paused: bool) -> Self:
        stock = announcement.stock
        return cls(
            paused=paused,
            wave=announcement.wave,
            begins=announcement.begins,
            told=announcement.told,
            source=stock.source if stock else Source.REPORT,
            quantity=stock.quantity if stock else None,
        )


_FIRST_WAVE = RunningWave(wave=1, source=Source.STOCK_LEVEL)


@dataclass(frozen=True)
class Outlook:
    """What awaits one shopper.

    `place`: from 1, in the policy's order, among all that wait for the item, whether or not a
    condition leaves them out. `wanted_ahead`: the units wanted by those ahead. `reason`: why the
    shopper would not be told now, if it were their turn; empty where they would. `stock`: the
    last that is known. `expected_wave`: about which wave tells them, from the stock as it is;
    none where there is a reason. `expected_at`: when that is; none where no restock runs, or a
    paused one. `paused`: whether the owner paused the one that runs.
    """

    place: int
    of: int
    wanted_ahead: int
    reason: str
    stock: int | None
    expected_wave: int | None
    expected_at: datetime | None
    paused: bool = False


def outlook(
    policy: Policy,
    candidate: Candidate,
    standing: Standing,
    running: RunningWave | None,
    now: datetime,
) -> Outlook:
    """The outlook of a candidate. `running`: the wave of the item's restock, if one runs."""
    place, ahead = _place(policy.order, standing, candidate.quantity)
    wave = running or _FIRST_WAVE
    stock = wave.quantity if candidate.known_quantity is None else candidate.known_quantity
    situation = _situation(policy, wave, stock, place, now)
    reason = situation.reason_for_nobody() or situation.reason_to_wait(candidate)
    if running is None and stock is None:
        reason = reason or NOT_BACK
    before = None if reason else _waves_before(situation.share, ahead, candidate.quantity)
    return Outlook(
        place=place,
        of=standing.of,
        wanted_ahead=ahead,
        reason=reason,
        stock=stock,
        expected_wave=None if before is None else wave.wave + before,
        expected_at=None if before is None else _expected_at(policy, running, before, now),
        paused=running is not None and running.paused,
    )


def audiences_of(candidate: Candidate) -> frozenset[Audience]:
    """The audiences whose restocks may tell a candidate, as far as it names them itself."""
    locale, external_id = next(iter(candidate.locales), ""), candidate.external_id or ""
    return frozenset(
        {
            Audience(),
            Audience(locale=locale),
            Audience(external_id=external_id),
            Audience(locale=locale, external_id=external_id),
            Audience(feed=candidate.product_locale or ""),
        }
    )


def _place(order: Order, standing: Standing, own: int) -> tuple[int, int]:
    """The place in the queue, and the units wanted by those ahead."""
    if order is Order.OLDEST:
        return standing.older + 1, standing.wanted_by_older
    return standing.of - standing.older, standing.wanted - standing.wanted_by_older - own


def _situation(
    policy: Policy, wave: RunningWave, stock: int | None, place: int, now: datetime
) -> Situation:
    """What a restock goes by once those ahead were told."""
    # A report says that the item is back, whatever its quantity.
    counted = None if wave.source is Source.REPORT else stock
    share = Share.of_wave(policy, counted, told=wave.told + place - 1)
    return Situation(policy, wave.source, counted, share, now)


def _waves_before(share: Share, ahead: int, own: int) -> int:
    """How many waves go before the one that is theirs, each giving out its whole share."""
    if share.units is None:
        return 0
    # The first of a wave is told in any case, so nobody needs more than one share.
    return ceil((ahead + min(own, share.units)) / share.units) - 1


def _expected_at(
    policy: Policy, running: RunningWave | None, before: int, now: datetime
) -> datetime | None:
    if running is None or running.paused or before > _MOST_WAVES_AHEAD:
        return None
    at = max(running.begins or now, now)
    for _ in range(before):
        at = next_wave(policy, at)
    return at
