"""What the owner does to many requests at once: a workflow does it, page by page."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from histories import anonymous, history_json, texts
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_reconciler import reconcile

import activities.apply_bulk
from domain.bulk import Bulk, BulkAction, BulkProgress, NewBulk
from domain.ids import bulk_workflow_id
from workflows.bulk import BulkChange
from workflows.engine import Engine

ALL: dict[str, Any] = {}


async def keep(shop: Shop, action: BulkAction, raw: dict[str, Any], **more: Any) -> Bulk:
    wanted = NewBulk(action=action, filter=raw, expected=1, **more)
    return await shop.store.bulks.add(shop.site, wanted)


async def do(
    shop: Shop, temporal: Client, action: BulkAction, raw: dict[str, Any], **more: Any
) -> BulkProgress:
    """Do it to what a filter finds; returns how it ended."""
    bulk = await keep(shop, action, raw, **more)
    await Engine(temporal).start_bulk(bulk)
    handle = temporal.get_workflow_handle_for(BulkChange.run, bulk_workflow_id(bulk.bulk_id))
    return await handle.result()


def starting(email: str) -> dict[str, Any]:
    return {"address": {"$startsWith": email}}


async def test_those_that_match_are_marked_and_no_others(shop: Shop, temporal: Client) -> None:
    ours = [await shop.ask(address("anna")) for _ in range(3)]
    other = await shop.ask(address("bert"))
    found = await do(shop, temporal, BulkAction.MARK, starting("anna"))
    assert found == BulkProgress(looked_at=3, done=3, finished=True)
    for request_id in ours:
        await shop.until(request_id, "NOTIFICATION_SENT")
        assert (await shop.get(request_id))["autoNotified"] is False
    assert (await shop.get(other))["status"] == "RECEIVED"


async def test_many_pages_are_done_and_counted(
    shop: Shop, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.apply_bulk, "PAGE_SIZE", 2)
    ids = [await shop.ask(address()) for _ in range(5)]
    found = await do(shop, temporal, BulkAction.MARK, ALL)
    assert found == BulkProgress(looked_at=5, done=5, finished=True)
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")


async def test_announced_shoppers_are_told_without_regard_to_the_rules(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    await shop.call("PATCH", "/v1/policy", {"conditions": {"contact.vip": True}})
    ids = [await shop.ask(address()) for _ in range(2)]
    await do(shop, temporal, BulkAction.ANNOUNCE, {"id": {"$in": ids}})
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")


async def test_what_failed_is_tried_again_and_an_unknown_outcome_only_where_asked(
    shop: Shop, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"unknownDelivery": "hold"})
    refused, unknown = await shop.ask(address("refused")), await shop.ask(address("lost1"))
    await shop.report()
    for request_id in (refused, unknown):
        await shop.until(request_id, "FAILED")
    sql = "UPDATE requests SET email = $2 WHERE id = $1"
    await shop.store.pool.execute(sql, UUID(refused), address("mended"))
    found = await do(shop, temporal, BulkAction.RETRY, ALL)
    assert (found.looked_at, found.done) == (2, 1)
    await shop.until(refused, "NOTIFICATION_SENT")
    await do(shop, temporal, BulkAction.RETRY, ALL, with_unknown=True)
    await shop.until(unknown, "NOTIFICATION_SENT")


async def test_deleted_requests_are_gone_and_their_workflows_end(
    shop: Shop, temporal: Client
) -> None:
    ids = [await shop.ask(address()) for _ in range(2)]
    found = await do(shop, temporal, BulkAction.DELETE, {"id": {"$in": ids}})
    assert found.done == 2
    for request_id in ids:
        assert await shop.row(request_id) is None
        assert await temporal.get_workflow_handle(f"request/{request_id}").result() == "withdrawn"


async def test_whoever_asks_later_is_left_alone(shop: Shop, temporal: Client) -> None:
    first = await shop.ask(address())
    bulk = await keep(shop, BulkAction.MARK, ALL)
    later = await shop.ask(address())
    await Engine(temporal).start_bulk(bulk)
    await shop.until(first, "NOTIFICATION_SENT")
    handle = temporal.get_workflow_handle_for(BulkChange.run, bulk_workflow_id(bulk.bulk_id))
    assert (await handle.result()).done == 1
    assert (await shop.get(later))["status"] == "RECEIVED"


async def test_what_is_done_again_is_done_to_none_a_second_time(
    shop: Shop, temporal: Client
) -> None:
    await shop.ask(address())
    bulk = await keep(shop, BulkAction.MARK, ALL)
    for _ in range(2):
        await Engine(temporal).start_bulk(bulk)
        handle = temporal.get_workflow_handle_for(BulkChange.run, bulk_workflow_id(bulk.bulk_id))
        found = await handle.result()
    assert found == BulkProgress(looked_at=1, done=1, finished=True)


async def test_a_page_that_two_attempts_did_is_counted_once(shop: Shop) -> None:
    bulk = await keep(shop, BulkAction.MARK, ALL)
    record = await shop.store.bulks.get(shop.site, bulk.bulk_id)
    assert record
    for _ in range(2):
        await shop.store.bulks.advance(record, "second", looked_at=500, done=400)
    now = await shop.store.bulks.get(shop.site, bulk.bulk_id)
    assert now
    assert (now.place, now.progress) == ("second", BulkProgress(looked_at=500, done=400))


async def test_what_was_wanted_while_temporal_was_away_is_begun(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address())
    bulk = await keep(shop, BulkAction.MARK, ALL)
    for table, name in (("bulk_actions", bulk.bulk_id), ("requests", UUID(request_id))):
        sql = f"UPDATE {table} SET created_date = created_date - interval '1 hour' WHERE id = $1"
        await shop.store.pool.execute(sql, name)
    await reconcile(temporal)
    await shop.until(request_id, "NOTIFICATION_SENT")


async def test_another_sites_requests_are_out_of_reach(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    theirs = await other_shop.ask(address())
    found = await do(shop, temporal, BulkAction.DELETE, {"id": {"$in": [theirs]}})
    assert (found.looked_at, found.done) == (0, 0)
    assert (await other_shop.get(theirs))["status"] == "RECEIVED"
    bulk = await keep(other_shop, BulkAction.MARK, ALL)
    assert await shop.store.bulks.get(shop.site, bulk.bulk_id) is None
    assert await shop.store.bulks.get(shop.site, uuid4()) is None


async def test_no_address_is_left_behind(shop: Shop, temporal: Client) -> None:
    email = address("anna")
    await shop.ask(email)
    bulk = await keep(shop, BulkAction.MARK, starting(email))
    await Engine(temporal).start_bulk(bulk)
    workflow_id = bulk_workflow_id(bulk.bulk_id)
    await temporal.get_workflow_handle(workflow_id).result()
    history = anonymous(await history_json(temporal, workflow_id))
    assert [text for text in texts(history) if "@" in text] == []
    record = await shop.store.bulks.get(shop.site, bulk.bulk_id)
    assert record
    assert email not in record.model_dump_json()


async def test_with_nothing_to_do_it_ends(shop: Shop, temporal: Client) -> None:
    assert await do(shop, temporal, BulkAction.RETRY, ALL) == BulkProgress(finished=True)
