"""How a restock is parted into waves: pure rules."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Policy
from domain.waves import Share, next_wave, quiet_until

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def policy(**fields: Any) -> Policy:
    return Policy.of(fields)


@pytest.mark.parametrize(
    ("fields", "stock", "wanted", "told"),
    [
        ({"shoppersPerUnit": 2}, 3, [1] * 10, 6),
        ({"shoppersPerUnit": 1}, 3, [2, 1, 1], 2),
        ({"shoppersPerUnit": 1}, 3, [2, 2, 1], 1),
        ({"shoppersPerUnit": 1}, 3, [5, 1], 1),
        ({"shoppersPerUnit": 1}, None, [1] * 10, 10),
        ({"shoppersPerUnit": None}, 3, [1] * 10, 10),
        ({"shoppersPerUnit": None, "capPerRestock": 4}, 3, [1] * 10, 4),
        ({"shoppersPerUnit": 1, "capPerRestock": 2}, 3, [1] * 10, 2),
        ({"shoppersPerUnit": 1}, 3, [], 0),
    ],
)
def test_a_wave_tells_its_share_of_the_stock(
    fields: dict[str, Any], stock: int | None, wanted: list[int], told: int
) -> None:
    assert Share.of_wave(policy(**fields), stock, told=0).heads(wanted) == told


def test_a_cap_counts_the_shoppers_of_all_waves() -> None:
    capped = policy(capPerRestock=5, shoppersPerUnit=None)
    assert Share.of_wave(capped, 9, told=3).heads([1] * 9) == 2
    assert Share.of_wave(capped, 9, told=7).heads([1] * 9) == 0


shares = st.builds(
    Share,
    units=st.none() | st.integers(0, 60),
    shoppers=st.none() | st.integers(0, 20),
    begun=st.booleans(),
)
wants = st.lists(st.integers(1, 9), max_size=40)


@given(shares, wants, st.lists(st.integers(0, 40), max_size=4))
def test_pages_make_no_difference_to_who_is_told(
    share: Share, wanted: list[int], cuts: list[int]
) -> None:
    told, left, ended = 0, share, False
    edges = sorted({0, *(cut for cut in cuts if cut < len(wanted)), len(wanted)})
    for begin, end in pairwise(edges):
        page = wanted[begin:end]
        heads = 0 if ended else left.heads(page)
        left, told, ended = left.less(page[:heads]), told + heads, ended or heads < len(page)
    assert told == share.heads(wanted)


@given(shares, wants)
def test_a_wave_promises_no_more_than_its_share_but_for_its_first(
    share: Share, wanted: list[int]
) -> None:
    told = share.heads(wanted)
    if share.units is not None and told > (0 if share.begun else 1):
        assert sum(wanted[:told]) <= share.units
    if share.shoppers is not None:
        assert told <= share.shoppers


@given(shares, wants, st.integers(1, 9))
def test_one_more_behind_changes_nothing_for_those_before(
    share: Share, wanted: list[int], one_more: int
) -> None:
    assert share.heads([*wanted, one_more]) - share.heads(wanted) in (0, 1)


NIGHT = {"from": "22:00", "to": "07:30"}


@pytest.mark.parametrize(
    ("hours", "clock", "ends"),
    [
        (NIGHT, (5, 1, 21, 59), None),
        (NIGHT, (5, 1, 22, 0), (5, 2, 7, 30)),
        (NIGHT, (5, 2, 3, 0), (5, 2, 7, 30)),
        (NIGHT, (5, 2, 7, 30), None),
        ({"from": "12:00", "to": "13:00"}, (5, 1, 12, 30), (5, 1, 13, 0)),
        ({"from": "12:00", "to": "13:00"}, (5, 1, 13, 30), None),
        # The night in which the clocks go back, and the one in which they go forward.
        (NIGHT, (10, 24, 23, 0), (10, 25, 7, 30)),
        (NIGHT, (3, 28, 23, 0), (3, 29, 7, 30)),
        (None, (5, 1, 3, 0), None),
    ],
)
def test_quiet_hours_are_those_of_the_shops_clock(
    hours: dict[str, str] | None,
    clock: tuple[int, int, int, int],
    ends: tuple[int, int, int, int] | None,
) -> None:
    quiet = policy(quietHours=hours, timeZone="Europe/Stockholm")
    found = quiet_until(quiet, datetime(2026, *clock, tzinfo=STOCKHOLM).astimezone(UTC))
    expected = datetime(2026, *ends, tzinfo=STOCKHOLM) if ends else None
    assert found == expected


moments = st.timedeltas(timedelta(0), timedelta(days=366)).map(
    lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(moments, clocks, clocks, st.sampled_from(["UTC", "Europe/Stockholm", "Australia/Lord_Howe"]))
def test_quiet_hours_end_within_a_day_and_a_bit_and_are_over_then(
    now: datetime, begin: time, end: time, zone: str
) -> None:
    hours = {"from": begin.isoformat(), "to": end.isoformat()}
    quiet = policy(quietHours=hours, timeZone=zone)
    ends = quiet_until(quiet, now)
    if ends is not None:
        assert now < ends <= now + timedelta(hours=26)
        assert begin == end or quiet_until(quiet, ends) is None


def test_the_next_wave_waits_for_the_interval_and_for_the_morning() -> None:
    now = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
    assert next_wave(policy(waveIntervalMinutes=30), now) == now + timedelta(minutes=30)
    late = policy(waveIntervalMinutes=120, quietHours=NIGHT)
    assert next_wave(late, now) == datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
