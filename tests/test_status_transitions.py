"""The table of section 5 of docs/design.md, line by line."""

import asyncio
from uuid import UUID, uuid4

import pytest
from shop import BASE, Shop
from shoppers import address, orchid_key, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.catalog import Item
from domain.ids import report_workflow_id, request_workflow_id, restock_workflow_id
from workflows.engine import Engine


async def mark(shop: Shop, request_id: str) -> dict[str, object]:
    path = f"{BASE}/{request_id}/mark-as-notification-sent"
    reply = await shop.call("PUT", path, {"id": request_id})
    assert reply.status_code == 200, reply.text
    return dict(reply.json()["request"])


async def end_of(temporal: Client, request_id: str) -> str:
    """What the workflow of a request ended with, once it ended."""
    return str(await temporal.get_workflow_handle(f"request/{request_id}").result())


async def report_to_its_end(shop: Shop, temporal: Client) -> str:
    await shop.report()
    workflow_id = restock_workflow_id(shop.site, orchid_key())
    return str(await temporal.get_workflow_handle(workflow_id).result())


async def report_ids_to_the_end(shop: Shop, temporal: Client, *request_ids: str) -> str:
    await shop.report(requestIds=list(request_ids))
    workflow_id = report_workflow_id(shop.site, [UUID(request_id) for request_id in request_ids])
    return str(await temporal.get_workflow_handle(workflow_id).result())


async def failed_once(shop: Shop) -> tuple[str, str]:
    """A FAILED request whose mail would go out today: its outcome was unknown."""
    await shop.call("PATCH", "/v1/policy", {"unknownDelivery": "hold"})
    shopper = address("lost1")
    request_id = await shop.ask(shopper)
    await shop.report()
    request = await shop.until(request_id, "FAILED")
    assert "autoNotified" not in request
    return request_id, shopper


async def told(shop: Shop) -> tuple[str, str]:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    return request_id, shopper


async def test_created_is_received_and_claimed_is_processing(shop: Shop) -> None:
    request_id = await shop.ask(address("later9"))
    assert await shop.steps(request_id) == ["requested"]
    await shop.report()
    request = await shop.until(request_id, "PROCESSING")
    assert "autoNotified" not in request
    assert (await shop.steps(request_id))[:2] == ["requested", "claimed"]


async def test_a_failed_request_is_taken_up_again_by_its_id(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    request_id, shopper = await failed_once(shop)
    assert await end_of(temporal, request_id) == "FAILED"
    await shop.report(requestIds=[request_id])
    assert (await shop.until(request_id, "NOTIFICATION_SENT"))["autoNotified"] is True
    assert await end_of(temporal, request_id) == "NOTIFICATION_SENT"
    assert len(sink.to(shopper)) == 2
    steps = await shop.steps(request_id)
    assert steps == ["requested", "claimed", "outcome_unknown", "claimed", "mail_accepted"]


async def test_a_failed_request_is_not_taken_up_by_a_report_of_its_item(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    request_id, shopper = await failed_once(shop)
    other = await shop.ask(address())
    await report_to_its_end(shop, temporal)
    await shop.until(other, "NOTIFICATION_SENT")
    assert (await shop.get(request_id))["status"] == "FAILED"
    assert len(sink.to(shopper)) == 1


async def test_a_failed_request_can_be_marked_by_the_owner(shop: Shop, sink: SmtpSink) -> None:
    request_id, shopper = await failed_once(shop)
    request = await mark(shop, request_id)
    assert (request["status"], request["autoNotified"]) == ("NOTIFICATION_SENT", False)
    assert (await shop.steps(request_id))[-1] == "marked"
    assert len(sink.to(shopper)) == 1


async def test_a_failed_request_with_a_newer_one_open_is_not_taken_up(
    shop: Shop, temporal: Client
) -> None:
    request_id, shopper = await failed_once(shop)
    newer = await shop.ask(shopper.upper())
    other = await shop.ask(address(), "fern")
    await report_ids_to_the_end(shop, temporal, request_id, other)
    assert (await shop.get(other))["status"] == "NOTIFICATION_SENT"
    assert (await shop.get(request_id))["status"] == "FAILED"
    assert (await shop.get(newer))["status"] == "RECEIVED"


async def test_nothing_changes_a_request_whose_shopper_was_told(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    request_id, shopper = await told(shop)
    before = await shop.get(request_id), await shop.steps(request_id)
    other = await shop.ask(address())
    await report_to_its_end(shop, temporal)
    await report_ids_to_the_end(shop, temporal, request_id)
    assert (await mark(shop, request_id))["autoNotified"] is True
    with pytest.raises(RPCError) as refused:
        await temporal.get_workflow_handle(f"request/{request_id}").signal("restock")
    assert refused.value.status is RPCStatusCode.NOT_FOUND
    await shop.until(other, "NOTIFICATION_SENT")
    assert (await shop.get(request_id), await shop.steps(request_id)) == before
    assert len(sink.to(shopper)) == 1


async def test_a_marked_request_stays_marked_by_the_owner(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await asyncio.gather(mark(shop, request_id), mark(shop, request_id))
    assert await end_of(temporal, request_id) == "NOTIFICATION_SENT"
    await report_ids_to_the_end(shop, temporal, request_id)
    assert (await shop.get(request_id))["autoNotified"] is False
    assert await shop.steps(request_id) == ["requested", "marked"]
    assert sink.to(shopper) == []


async def test_a_repeated_report_sends_nothing_twice(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shoppers = [address() for _ in range(5)]
    ids = [await shop.ask(shopper) for shopper in shoppers]
    await asyncio.gather(*(shop.report() for _ in range(4)), shop.report(requestIds=ids))
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    await report_to_its_end(shop, temporal)
    assert [len(sink.to(shopper)) for shopper in shoppers] == [1] * 5
    for request_id in ids:
        assert await shop.steps(request_id) == ["requested", "claimed", "mail_accepted"]


async def test_with_automation_off_nothing_is_sent_until_it_is_on_again(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.call("PATCH", "/v1/policy", {"automation": False})
    said = await report_to_its_end(shop, temporal)
    assert said == "nobody was told: automation is switched off"
    await report_ids_to_the_end(shop, temporal, request_id)
    held = await shop.until_step(request_id, "held_back")
    assert held["detail"] == "not announced: automation is switched off"
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    await temporal.get_workflow_handle(f"request/{request_id}").signal("restock")
    await shop.until_step(request_id, "claimed")
    await shop.until(request_id, "RECEIVED")
    assert sink.to(shopper) == []
    await shop.call("PATCH", "/v1/policy", {"automation": True})
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_without_a_name_and_a_price_a_request_waits_on(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    record = await shop.store.requests.create(shop.site, wanted(shopper, Item(name="Fern")))
    await Engine(temporal).start_request(record)
    handle = temporal.get_workflow_handle(request_workflow_id(record.id))
    await handle.signal("restock")
    held = await shop.until_step(str(record.id), "held_back")
    assert held["detail"] == "the item's price is not known"
    assert (await shop.get(str(record.id)))["status"] == "RECEIVED"
    assert "autoNotified" not in await shop.get(str(record.id))
    assert sink.to(shopper) == []
    await handle.signal("restock", {"itemDetails": {"price": "3.50"}})
    await shop.until(str(record.id), "NOTIFICATION_SENT")
    assert sink.to(shopper)[0]["Subject"] == "Fern is back in stock"


async def test_deleting_a_waiting_request_ends_its_workflow(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    assert (await shop.call("DELETE", f"{BASE}/{request_id}")).status_code == 200
    assert await end_of(temporal, request_id) == "withdrawn"
    other = await shop.ask(address())
    await report_ids_to_the_end(shop, temporal, request_id, other)
    assert (await shop.get(other))["status"] == "NOTIFICATION_SENT"
    assert sink.to(shopper) == []


async def test_deleting_a_request_whose_mail_is_being_retried_stops_the_mail(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address("later2")
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until_step(request_id, "mail_deferred")
    assert (await shop.call("DELETE", f"{BASE}/{request_id}")).status_code == 200
    assert await end_of(temporal, request_id) == "withdrawn"
    assert sink.to(shopper) == []
    status = (await temporal.get_workflow_handle(f"request/{request_id}").describe()).status
    assert status is WorkflowExecutionStatus.COMPLETED


async def test_a_shopper_who_was_told_can_ask_again(shop: Shop, sink: SmtpSink) -> None:
    request_id, shopper = await told(shop)
    again = await shop.ask(shopper)
    assert again != request_id
    await shop.report()
    await shop.until(again, "NOTIFICATION_SENT")
    first, second = sink.to(shopper)
    assert first["Message-ID"] != second["Message-ID"]


async def test_a_shopper_who_asks_after_a_deletion_waits_anew(shop: Shop) -> None:
    shopper = address()
    first = await shop.ask(shopper)
    await shop.call("DELETE", f"{BASE}/{first}")
    assert await shop.ask(shopper) not in (first, str(uuid4()))
