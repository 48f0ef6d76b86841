"""What somebody began and did not end is taken up, once, by the reconciler."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from queues import crowd, forget_all
from shop import Shop, eventually
from shoppers import address, claimed_page, orchid_page
from smtp_sink import SmtpSink
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment
from test_reconciler import reconcile

import activities.reconcile
from activities.reconcile import Reconcile
from activities.signal_requests import SignalRequests
from domain.catalog import Item
from domain.contracts import Announcement, ReportedSignal, RestockSignal
from domain.ids import request_workflow_id
from domain.matching import StockLevel
from domain.reconciling import AwaitedItem, Found, Reconciled
from store.database import Pool
from store.overlooked import Overlooked
from store.records import ClaimedRequest, WaitingStart

REPORT = ReportedSignal(item_details=Item(name="Blue Orchid", price="12.34"))


async def claimed_by_a_restock_that_ended(shop: Shop, report: ReportedSignal = REPORT) -> str:
    """A request that a restock claimed and never signalled."""
    request_id = await shop.ask(address())
    announcement = Announcement(restock_id=uuid4(), report=report)
    await claimed_page(shop.store, orchid_page(shop.site, announcement))
    return request_id


async def long_ago(shop: Shop, *request_ids: str) -> None:
    await shop.store.pool.execute(
        "UPDATE requests SET updated_date = now() - interval '11 minutes' WHERE id = ANY ($1)",
        [UUID(each) for each in request_ids],
    )


async def test_a_request_whose_restock_was_ended_by_hand_is_told_what_was_reported(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    request_id = await claimed_by_a_restock_that_ended(shop)
    await long_ago(shop, request_id)
    await reconcile(temporal)
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(told["email"])
    assert "12.34" in mail.as_string()


async def test_a_request_whose_workflow_was_ended_by_hand_is_told(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    request_id = await claimed_by_a_restock_that_ended(shop)
    await temporal.get_workflow_handle(request_workflow_id(UUID(request_id))).terminate()
    await long_ago(shop, request_id)
    assert (await reconcile(temporal)).taken_up == 1
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(told["email"])) == 1
    assert await shop.steps(request_id) == ["requested", "claimed", "mail_accepted"]


async def test_a_request_that_was_claimed_just_now_is_left_to_its_restock(
    shop: Shop, temporal: Client
) -> None:
    request_id = await claimed_by_a_restock_that_ended(shop)
    await reconcile(temporal)
    assert (await shop.get(request_id))["status"] == "PROCESSING"


async def test_a_mail_that_waits_for_its_next_attempt_is_not_sent_by_another_way(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address("later1")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until_step(request_id, "mail_deferred")
    await long_ago(shop, request_id)
    assert (await reconcile(temporal)).taken_up == 0
    await shop.until(request_id, "NOTIFICATION_SENT")
    handle = temporal.get_workflow_handle(request_workflow_id(UUID(request_id)))
    signals = [
        event
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert len(signals) == 1
    assert len(sink.to(shopper)) == 1


async def in_stock(shop: Shop, sku: str = "orchid", quantity: int = 3) -> None:
    """The inventory says that there are some; whoever asked before has been seen to."""
    await shop.store.stock.update(shop.site, [StockLevel(sku=sku, quantity=quantity)])


async def test_a_shopper_who_asks_while_the_item_is_in_stock_is_told(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await in_stock(shop)
    request_id = await shop.ask(address())
    assert (await reconcile(temporal)).restocks >= 1
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(told["email"])) == 1


async def test_an_item_that_was_looked_at_is_not_looked_at_every_minute(
    shop: Shop, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"minimumStock": 9})
    await in_stock(shop)
    request_id = await shop.ask(address())
    await reconcile(temporal)
    await shop.until_step(request_id, "held_back")
    for _ in range(2):
        await reconcile(temporal)
    assert await restocks_of(shop) == 1


async def test_an_item_that_was_looked_at_long_ago_is_looked_at_anew_because_policies_change(
    shop: Shop, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"minimumStock": 9})
    await in_stock(shop)
    request_id = await shop.ask(address())
    await reconcile(temporal)
    await shop.until_step(request_id, "held_back")
    await shop.call("PATCH", "/v1/policy", {"minimumStock": 1})
    for table, moment in (("restocks", "at"), ("stock_levels", "received_date")):
        await shop.store.pool.execute(
            f"UPDATE {table} SET {moment} = now() - interval '7 hours' WHERE site = $1", shop.site
        )
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = now() - interval '8 hours' WHERE site = $1", shop.site
    )
    await reconcile(temporal)
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_a_stock_level_of_yesterday_is_not_believed_against_the_shopper(
    shop: Shop, temporal: Client
) -> None:
    await in_stock(shop)
    await shop.store.pool.execute(
        "UPDATE stock_levels SET received_date = now() - interval '25 hours' WHERE site = $1",
        shop.site,
    )
    request_id = await shop.ask(address())
    await reconcile(temporal)
    assert await shop.store.stock.next_arrivals(shop.site, 10) == []
    assert (await shop.get(request_id))["status"] == "RECEIVED"


async def restocks_of(shop: Shop) -> int:
    sql = "SELECT count(*) FROM restocks WHERE site = $1"
    return int(await shop.store.pool.fetchval(sql, shop.site))


async def test_a_request_that_has_waited_for_as_long_as_the_policy_says_expires(
    shop: Shop, temporal: Client
) -> None:
    reply = await shop.call("PATCH", "/v1/policy", {"expireAfterDays": 90})
    assert reply.json()["expireAfterDays"] == 90
    old, young = await shop.ask(address()), await shop.ask(address())
    for request_id, days in ((old, 91), (young, 89)):
        await shop.store.pool.execute(
            "UPDATE requests SET created_date = now() - make_interval(days => $2) WHERE id = $1",
            UUID(request_id),
            days,
        )
    assert (await reconcile(temporal)).expired == 1
    assert await shop.row(old) is None
    assert (await shop.get(young))["status"] == "RECEIVED"
    handle = temporal.get_workflow_handle(request_workflow_id(UUID(old)))
    assert await handle.result() == "withdrawn"
    lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    assert "Waits no longer for Blue Orchid: the request expired." in [x["text"] for x in lines]


async def test_without_a_limit_nobody_expires(shop: Shop, temporal: Client) -> None:
    await shop.call("PATCH", "/v1/policy", {"expireAfterDays": None})
    request_id = await shop.ask(address())
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = '2001-01-01' WHERE id = $1", UUID(request_id)
    )
    await reconcile(temporal)
    assert (await shop.get(request_id))["status"] == "RECEIVED"


class Workflows:
    """Stands in for the engine: remembers whom it was asked to reach."""

    def __init__(self) -> None:
        self.signalled: list[UUID] = []

    async def announce(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> bool:
        self.signalled.append(request.id)
        return False

    async def start(self, request: WaitingStart) -> None: ...

    async def other(self, of: Any) -> None: ...


async def test_looks_that_take_several_runs_go_on_where_the_last_ended_and_then_begin_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.reconcile, "_BATCH", 2)
    monkeypatch.setattr(activities.reconcile, "_BATCH_OF_ITEMS", 3)
    ours = {UUID(await claimed_by_a_restock_that_ended(shop)) for _ in range(5)}
    await long_ago(shop, *map(str, ours))
    workflows = Workflows()
    once = Reconcile(
        shop.store,
        SignalRequests(shop.store, workflows.announce, queued=False),
        workflows.start,
        workflows.other,
        workflows.other,
        workflows.other,
        workflows.other,
        workflows.other,
    )
    found: Reconciled | None = None

    async def has_seen_all_of_ours() -> bool:
        nonlocal found
        found = await ActivityEnvironment().run(once.reconcile, found)
        return ours <= set(workflows.signalled)

    await eventually(has_seen_all_of_ours, "a look at all that are being told")
    workflows.signalled.clear()
    await eventually(has_seen_all_of_ours, "a second look at all")
    await shop.store.pool.execute("DELETE FROM requests WHERE site = $1", shop.site)


def test_everything_that_is_found_is_a_number_to_be_measured() -> None:
    assert {type(value) for value in Found().model_dump().values()} == {int}


@pytest.mark.parametrize("look", ["being_told", "awaited_items", "note_arrivals", "expire"])
async def test_where_nothing_is_to_be_done_a_look_reads_no_more_than_an_index(
    shop: Shop, look: str
) -> None:
    await crowd(shop, 20_000)
    await shop.call("PATCH", "/v1/policy", {"expireAfterDays": 3650})
    await known_for_long(shop)
    plan = await plan_of(shop, look)
    for table in ("requests", "restocks", "stock_levels"):
        assert f"Seq Scan on {table}" not in plan, plan
    await forget_all(shop)


async def known_for_long(shop: Shop) -> None:
    """The inventory has said much, and much has been announced."""
    await shop.store.pool.execute(
        "INSERT INTO stock_levels SELECT $1, 'S' || n, '', '', n % 9, now()"
        " FROM generate_series(1, 20000) AS n",
        shop.site,
    )
    await shop.store.pool.execute(
        "INSERT INTO restocks (id, site, item_key, sku, locale, external_id, source)"
        " SELECT gen_random_uuid(), $1, 'k' || n, '', '', '', 'report'"
        " FROM generate_series(1, 20000) AS n",
        shop.site,
    )
    await shop.store.pool.execute("ANALYZE requests, restocks, stock_levels, policies")


async def plan_of(shop: Shop, look: str) -> str:
    """How Postgres would run a look of `Overlooked`."""
    explained = Explained(shop.store.pool)
    overlooked = Overlooked(explained)  # type: ignore[arg-type]
    day = timedelta(days=1)
    match look:
        case "being_told":
            await overlooked.being_told(day, None, 500)
        case "awaited_items":
            await overlooked.awaited_items(None, 5000)
        case "note_arrivals":
            await overlooked.note_arrivals([AwaitedItem(site=shop.site, item_key="x")], day, day)
        case _:
            await overlooked.expire(500)
    return explained.plan


class Explained:
    """Stands in for the pool: every statement is explained instead of run."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.plan = pool, ""

    async def fetch(self, statement: str, *parameters: Any) -> list[Any]:
        rows = await self.pool.fetch(f"EXPLAIN {statement}", *parameters)
        self.plan = "\n".join(row[0] for row in rows)
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pool, name)
