"""Nobody is told twice, passed over or told out of turn, whatever happens meanwhile.

The pages of a restock are taken as its workflow takes them, on a real database, while the stock
and the policy change and the worker dies in the middle of a page.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import Shop
from shoppers import address
from temporalio.testing import ActivityEnvironment

from activities.announce_page import AnnouncePage
from activities.signal_requests import SignalRequests
from domain.catalog import CatalogReference, Item, Wanted
from domain.contracts import (
    Announcement,
    Page,
    PageResult,
    ReportedSignal,
    RestockSignal,
    StockChangedSignal,
)
from domain.matching import StockLevel
from domain.policy import Policy
from store.records import ClaimedRequest

SKU = "SKU-W"


class WorkerDiedError(Exception):
    """Between two signals of a page."""


@dataclass
class Restocking:
    """One restock of one item, told page by page, and what the shoppers saw of it."""

    shop: Shop
    item_key: str
    asked: list[UUID]
    signals_before_death: int | None = None
    told: list[UUID] = field(default_factory=list)
    current: Announcement | None = None

    async def step(self, kind: str, value: Any) -> None:
        match kind:
            case "stock":
                await self.change_stock(value)
            case "policy":
                await self.shop.store.sites.change_policy(self.shop.site, value)
            case "page":
                await self.take_page(dies_after=value)

    async def change_stock(self, quantity: int) -> None:
        levels = [StockLevel(sku=SKU, quantity=quantity)]
        await self.shop.store.stock.update(self.shop.site, levels)
        if self.current is None and quantity:
            stock = StockChangedSignal(quantity=quantity, sku=SKU)
            self.current = Announcement(restock_id=uuid4(), report=ReportedSignal(), stock=stock)

    async def take_page(self, dies_after: int | None) -> None:
        if self.current is None:
            return
        self.signals_before_death = dies_after
        before = await self.waiting()
        first_told = len(self.told)
        try:
            result = await self.announce(self.current)
        except* WorkerDiedError:
            self.signals_before_death = None
            result = await self.announce(self.current)
        await self.check_turn(before, self.told[first_told:])
        self.current = self.current.following(result, uuid4)

    async def announce(self, announcement: Announcement) -> PageResult:
        signal = SignalRequests(self.shop.store, self.tell, queued=False)
        activity = AnnouncePage(self.shop.store, signal)
        page = Page(
            site=self.shop.site,
            item_key=self.item_key,
            request_ids=(),
            announcement=announcement,
        )
        return await ActivityEnvironment().run(activity.announce_page, page)

    async def tell(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> None:
        """The shopper's workflow: sends its mail for the first signal, and none for a repeat."""
        if self.signals_before_death == 0:
            raise WorkerDiedError
        if self.signals_before_death is not None:
            self.signals_before_death -= 1
        self.told.append(request.id)
        await self.shop.store.pool.execute(
            "UPDATE requests SET status = 'NOTIFICATION_SENT' WHERE id = $1", request.id
        )

    async def waiting(self) -> list[UUID]:
        rows = await self.shop.store.pool.fetch(
            "SELECT id FROM requests WHERE site = $1 AND status = 'RECEIVED'", self.shop.site
        )
        left = {row["id"] for row in rows}
        return [request_id for request_id in self.asked if request_id in left]

    async def check_turn(self, before: list[UUID], told: list[UUID]) -> None:
        assert len(set(self.told)) == len(self.told), "somebody was told twice"
        policy = Policy.of((await self.shop.call("GET", "/v1/policy")).json())
        queue = before if policy.order == "oldest" else before[::-1]
        assert set(told) == set(queue[: len(told)]), "somebody was told out of turn"


steps = st.one_of(
    st.tuples(st.just("stock"), st.integers(0, 4)),
    st.tuples(
        st.just("policy"),
        st.fixed_dictionaries(
            {},
            optional={
                "shoppersPerUnit": st.sampled_from([None, 1, 2]),
                "minimumStock": st.integers(1, 3),
                "order": st.sampled_from(["oldest", "newest"]),
                "capPerRestock": st.sampled_from([None, 3]),
                "automation": st.booleans(),
            },
        ),
    ),
    st.tuples(st.just("page"), st.none() | st.integers(0, 3)),
)


@given(
    wants=st.lists(st.integers(1, 3), min_size=1, max_size=9),
    happenings=st.lists(steps, min_size=4, max_size=25),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_nobody_is_told_twice_passed_over_or_out_of_turn(
    shop: Shop, wants: list[int], happenings: list[tuple[str, Any]]
) -> None:
    restocking = await begun(shop, wants)
    for kind, value in happenings:
        await restocking.step(kind, value)
    # Once there is enough for everyone, everyone is told.
    await shop.store.sites.change_policy(shop.site, Policy().model_dump(mode="json", by_alias=True))
    restocking.current = None
    await restocking.change_stock(100)
    while restocking.current:
        await restocking.take_page(dies_after=None)
    assert sorted(restocking.told) == sorted(restocking.asked)


async def begun(shop: Shop, wants: list[int]) -> Restocking:
    await shop.store.pool.execute("DELETE FROM requests WHERE site = $1", shop.site)
    await shop.store.pool.execute("DELETE FROM policies WHERE site = $1", shop.site)
    await shop.store.pool.execute("DELETE FROM stock_levels WHERE site = $1", shop.site)
    reference = CatalogReference(app_id="app", catalog_item_id=SKU)
    item = Item(name="Bag", price="10.00")
    asked = []
    for n, quantity in enumerate(wants):
        wanted = Wanted(reference=reference, email=address(), item=item, quantity=quantity)
        record = await shop.store.requests.create(shop.site, wanted)
        await shop.store.pool.execute(
            "UPDATE requests SET created_date = now() + make_interval(secs => $2) WHERE id = $1",
            record.id,
            n,
        )
        asked.append(record.id)
    return Restocking(shop, reference.item_key, asked)
