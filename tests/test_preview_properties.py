"""A dry run says what a restock then does, whatever the queue and the policy."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queues import BAG, NOON, candidate, crowd, forget_all, make_vip, queue_of, stock
from shop import Shop
from temporalio.testing import ActivityEnvironment

from activities.announce_page import AnnouncePage
from activities.signal_requests import SignalRequests
from api.own.dry_run import Arrival, DryRun, dry_run
from domain.announcing import Candidate, Situation
from domain.contracts import (
    Announcement,
    Page,
    ReportedSignal,
    RestockSignal,
    Source,
    StockChangedSignal,
)
from domain.matching import Audience
from domain.policy import Policy
from domain.preview import preview
from domain.waves import Share, next_wave, quiet_until
from store.records import ClaimedRequest

CONDITIONS: list[dict[str, Any]] = [
    {},
    {"contact.vip": True},
    {"quantity": {"$gte": 3}},
    {"locale": {"$in": ["sv-SE"]}},
    {"ageDays": {"$lt": 1}, "contact.vip": {"$exists": True}},
]
policies = st.fixed_dictionaries(
    {},
    optional={
        "shoppersPerUnit": st.sampled_from([None, 1, 2, 20]),
        "minimumStock": st.integers(1, 4),
        "order": st.sampled_from(["oldest", "newest"]),
        "capPerRestock": st.none() | st.integers(1, 6),
        "automation": st.sampled_from([True, True, True, False]),
        "conditions": st.sampled_from(CONDITIONS),
    },
)
shoppers = st.tuples(st.integers(1, 5), st.sampled_from([None, "sv-SE", "pl-PL"]), st.booleans())
EVERYONE = Audience()


class RealRestock:
    """A restock of the bag, told page by page as its workflow does, with nothing sold."""

    def __init__(self, shop: Shop, audience: Audience = EVERYONE) -> None:
        self.shop, self.audience = shop, audience
        self.told: set[UUID] = set()

    async def waves(self, quantity: int) -> list[set[UUID]]:
        """Who is told in each wave that tells somebody."""
        announcing: Announcement | None = Announcement(
            restock_id=uuid4(),
            report=ReportedSignal(),
            stock=StockChangedSignal(quantity=quantity, sku=BAG.catalog_item_id),
        )
        waves: list[set[UUID]] = []
        while announcing:
            waves += [set()] if announcing.page == 0 else []
            before = set(self.told)
            result = await self.announce(announcing)
            waves[-1] |= self.told - before
            announcing = announcing.following(result, uuid4)
            if not waves[-1] and not result.more:
                break
        return [wave for wave in waves if wave]

    async def announce(self, announcing: Announcement) -> Any:
        signal = SignalRequests(self.shop.store, self.tell, queued=False, patience=timedelta(0))
        activity = AnnouncePage(self.shop.store, signal)
        page = Page(
            site=self.shop.site,
            item_key=BAG.item_key,
            audience=self.audience,
            request_ids=(),
            announcement=announcing,
        )
        return await ActivityEnvironment().run(activity.announce_page, page)

    async def tell(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> None:
        self.told.add(request.id)


async def previewed(shop: Shop, quantity: int, audience: Audience = EVERYONE) -> DryRun:
    arrival = Arrival(BAG.item_key, quantity, datetime.now(UTC), audience)
    return await dry_run(shop.store, shop.site, arrival)


def told_in_waves(found: DryRun) -> list[set[UUID]]:
    return [{each.id for each in wave.told} for wave in found.preview.waves]


async def noted(shop: Shop, request_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """All reasons to wait in the timelines of requests."""
    rows = await shop.store.pool.fetch(
        "SELECT request_id, array_agg(detail) AS details FROM timeline"
        " WHERE request_id = ANY ($1) AND kind = 'held_back' GROUP BY request_id",
        request_ids,
    )
    return {row["request_id"]: set(row["details"]) for row in rows}


@given(
    queue=st.lists(shoppers, min_size=1, max_size=9),
    quantity=st.integers(0, 6),
    policy=policies,
    locale=st.sampled_from(["", "", "sv-se"]),
)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_restock_tells_wave_by_wave_whom_the_dry_run_named_and_leaves_out_the_others(
    shop: Shop,
    queue: list[tuple[int, str | None, bool]],
    quantity: int,
    policy: dict[str, Any],
    locale: str,
) -> None:
    await forget_all(shop)
    asked = await queue_of(shop, [{"quantity": n, "locale": spoken} for n, spoken, _ in queue])
    ids = [each.id for each in asked]
    await make_vip(shop, [id for id, (_, _, vip) in zip(ids, queue, strict=True) if vip])
    await shop.store.sites.change_policy(shop.site, policy)
    audience = Audience(locale=locale)
    found = await previewed(shop, quantity, audience)
    await stock(shop, quantity)
    assert told_in_waves(found) == await RealRestock(shop, audience).waves(quantity)
    said = await noted(shop, ids)
    assert found.preview.left_out.keys() == said.keys()
    for request_id, reason in found.preview.left_out.items():
        assert f"not announced: {reason}" in said[request_id]
    assert not found.truncated


async def test_a_restock_of_several_pages_tells_whom_the_dry_run_named(shop: Shop) -> None:
    await crowd(shop, 1300)
    await shop.store.sites.change_policy(shop.site, {"shoppersPerUnit": 30})
    found = await previewed(shop, 20)
    await stock(shop, 20)
    named = told_in_waves(found)
    assert [len(wave) for wave in named] == [600, 600, 100]
    assert named == await RealRestock(shop).waves(20)


queues = st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.integers(0, 3)), max_size=30).map(
    lambda wishes: [candidate(n, *wish) for n, wish in enumerate(wishes)]
)
TIMED = {"ageDays": {"$gte": 2}}
timed_policies = st.builds(
    lambda policy, interval, hours: (
        policy
        | {"waveIntervalMinutes": interval, "quietHours": hours, "timeZone": "Europe/Stockholm"}
    ),
    st.one_of(policies, policies.map(lambda policy: policy | {"conditions": TIMED})),
    st.sampled_from([30, 60, 1440]),
    st.none() | st.just({"from": "22:00", "to": "07:30"}),
)


@given(timed_policies, st.integers(0, 6), queues)
def test_where_pages_end_makes_no_difference_to_a_dry_run(
    fields: dict[str, Any], quantity: int, queue: list[Candidate]
) -> None:
    policy, waiting = Policy.of(fields), list(queue)
    for wave in preview(policy, quantity, NOON, queue).waves:
        share = Share.of_wave(policy, quantity, len(queue) - len(waiting))
        situation = Situation(policy, Source.STOCK_LEVEL, quantity, share, wave.at)
        assert list(wave.told) == list(situation.decide(waiting).told)
        waiting = [each for each in waiting if each not in wave.told]


@given(timed_policies, st.integers(0, 6), queues)
def test_everyone_is_told_once_or_left_out_for_a_reason(
    fields: dict[str, Any], quantity: int, queue: list[Candidate]
) -> None:
    found = preview(Policy.of(fields), quantity, NOON, queue)
    told = [each.id for wave in found.waves for each in wave.told]
    assert found.complete
    assert sorted([*told, *found.left_out]) == [each.id for each in queue]
    assert all(found.left_out.values())
    assert [wave.number for wave in found.waves] == list(range(1, len(found.waves) + 1))
    assert all(wave.told for wave in found.waves)


@given(timed_policies, st.integers(1, 6), queues, st.integers(0, 24 * 60))
def test_waves_begin_an_interval_apart_and_never_in_quiet_hours(
    fields: dict[str, Any], quantity: int, queue: list[Candidate], minutes: int
) -> None:
    policy, at = Policy.of(fields), NOON + timedelta(minutes=minutes)
    begins = [wave.at for wave in preview(policy, quantity, at, queue).waves]
    assert begins[:1] in ([], [quiet_until(policy, at) or at])
    assert all(quiet_until(policy, each) is None for each in begins)
    assert begins[1:] == [next_wave(policy, each) for each in begins[:-1]]


def test_a_shopper_who_comes_of_age_between_two_waves_is_told_in_the_second() -> None:
    policy = Policy.of(
        {"shoppersPerUnit": 1, "waveIntervalMinutes": 1440, "conditions": {"ageDays": {"$gte": 2}}}
    )
    young, *old = candidate(1, asked=1), candidate(2, asked=3), candidate(3, asked=3)
    found = preview(policy, 1, NOON, [young, *old])
    assert [wave.told for wave in found.waves] == [[old[0]], [young], [old[1]]]


def test_a_dry_run_of_very_many_waves_ends_and_says_that_it_is_not_all() -> None:
    policy = Policy.of({"shoppersPerUnit": 1})
    found = preview(policy, 1, NOON, [candidate(number) for number in range(1500)])
    assert (len(found.waves), found.complete, found.left_out) == (1000, False, {})


def test_a_dry_run_with_very_many_left_out_ends_and_says_that_it_is_not_all() -> None:
    policy = Policy.of({"shoppersPerUnit": 1, "conditions": {"contact.vip": True}})
    queue = [candidate(number, vip=number >= 4000) for number in range(4100)]
    found = preview(policy, 1, NOON, queue)
    assert 0 < len(found.waves) < 100
    assert not found.complete
    assert len(found.left_out) == 4000
