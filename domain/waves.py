"""How many of those who wait are told at once, and when the next are.

Thousands may wait for ten units. So a restock goes in waves: each tells as many as its share of
the stock allows, in the order of the queue, and then the stock is looked at again. A wave's share
is the stock now times `shoppersPerUnit`, counted in the units the shoppers want. Without a count
of the stock there is no limit.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from domain.policy import Policy


class Share(BaseModel):
    """What is left for a wave to give out; none is without limit.

    `units`: wanted units that may be promised. `shoppers`: how many the restock may still tell.
    `begun`: whether the wave has told anyone.
    """

    model_config = ConfigDict(frozen=True)

    units: int | None = None
    shoppers: int | None = None
    begun: bool = False

    @classmethod
    def of_wave(cls, policy: Policy, stock: int | None, told: int) -> "Share":
        """The share of a wave that begins now. `told`: how many the restock told before it."""
        limited = stock is not None and policy.shoppers_per_unit is not None
        cap = policy.cap_per_restock
        return cls(
            units=(stock or 0) * (policy.shoppers_per_unit or 0) if limited else None,
            shoppers=None if cap is None else max(cap - told, 0),
        )

    def heads(self, wanted: Sequence[int]) -> int:
        """How many shoppers at the head of a queue are told, by the units each wants.

        The longest run that fits: nobody is passed over because somebody behind wants less. The
        first of a wave is told in any case, or one who wants much would hold up all others.
        """
        fitting = len(wanted) if self.units is None else self._fitting(wanted, self.units)
        at_least = 0 if self.begun else min(len(wanted), 1)
        most = len(wanted) if self.shoppers is None else self.shoppers
        return min(max(fitting, at_least), most)

    def less(self, wanted: Sequence[int]) -> "Share":
        """What is left once those are told."""
        units, shoppers = self.units, self.shoppers
        return Share(
            units=None if units is None else max(units - sum(wanted), 0),
            shoppers=None if shoppers is None else max(shoppers - len(wanted), 0),
            begun=self.begun or bool(wanted),
        )

    @staticmethod
    def _fitting(wanted: Sequence[int], units: int) -> int:
        return sum(total <= units for total in accumulate(wanted))


def quiet_until(policy: Policy, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` is; none where it is in none.

    Both are moments with a zone. The hours are those of the shop's clock, also on the days it is
    changed.
    """
    if policy.quiet_hours is None:
        return None
    begin, end = policy.quiet_hours.begin, policy.quiet_hours.end
    zone = ZoneInfo(policy.time_zone)
    local = now.astimezone(zone)

    def at_end(day: date) -> datetime:
        return datetime.combine(day, end, zone).astimezone(now.tzinfo)

    clock = local.time()
    over_midnight = begin > end
    quiet = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    if not quiet:
        return None
    ends = at_end(local.date())
    return ends if ends > now else at_end(local.date() + timedelta(days=1))


def next_wave(policy: Policy, now: datetime) -> datetime:
    """When the wave after one of `now` begins: after the interval, outside the quiet hours.

    By the shop's clock.
    """
    later = now + timedelta(minutes=policy.wave_interval_minutes)
    return (quiet_until(policy, later) or later).astimezone(ZoneInfo(policy.time_zone))
