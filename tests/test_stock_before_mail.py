"""Stock is looked at again just before each mail."""

from uuid import UUID, uuid4

import pytest
from shop import Shop
from shoppers import address, claimed_page
from smtp_sink import SmtpSink
from temporalio.client import Client

from domain.contracts import (
    Announcement,
    Page,
    ReportedSignal,
    RestockSignal,
    StockChangedSignal,
)
from domain.matching import StockLevel
from workflows.engine import Engine

SKU = "SKU-1"


async def level(shop: Shop, quantity: int) -> None:
    """What the inventory says now."""
    await shop.store.stock.update(shop.site, [StockLevel(sku=SKU, quantity=quantity)])


async def begun(shop: Shop, request_id: str, quantity: int | None) -> RestockSignal:
    """The signal of a restock that has claimed a request, and whose mail has not left yet.

    `quantity`: the stock level that set it off; none where somebody reported the item.
    """
    stock = None if quantity is None else StockChangedSignal(quantity=quantity, sku=SKU)
    announcement = Announcement(restock_id=uuid4(), report=ReportedSignal(), stock=stock)
    item_key = (await shop.row(request_id)).item_key
    page = Page(site=shop.site, item_key=item_key, request_ids=(), announcement=announcement)
    assert UUID(request_id) in {each.id for each in await claimed_page(shop.store, page)}
    return RestockSignal(restock_id=announcement.restock_id)


async def signal(temporal: Client, request_id: str, restock: RestockSignal) -> None:
    await temporal.get_workflow_handle(f"request/{request_id}").signal("restock", restock)


@pytest.mark.parametrize("came_in", [5, None], ids=["a stock level", "a report"])
async def test_an_item_that_is_gone_before_the_mail_leaves_the_shopper_waiting(
    shop: Shop, sink: SmtpSink, temporal: Client, came_in: int | None
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    restock = await begun(shop, request_id, came_in)
    await level(shop, 0)
    await signal(temporal, request_id, restock)
    held_back = await shop.until_step(request_id, "held_back")
    assert held_back["detail"] == "gone again: quantity 0 is below the minimum of 1"
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    assert sink.to(shopper) == []


async def test_a_minimum_holds_just_before_the_mail_too(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"minimumStock": 4})
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    restock = await begun(shop, request_id, 5)
    await level(shop, 3)
    await signal(temporal, request_id, restock)
    held_back = await shop.until_step(request_id, "held_back")
    assert held_back["detail"] == "gone again: quantity 3 is below the minimum of 4"
    assert sink.to(shopper) == []


async def test_who_was_held_back_is_told_by_the_next_level_before_those_behind(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await shop.call("PATCH", "/v1/policy", {"shoppersPerUnit": 1})
    first, second = address(), address()
    held_back = await shop.ask(first, item=SKU)
    restock = await begun(shop, held_back, 5)
    behind = await shop.ask(second, item=SKU)
    await level(shop, 0)
    await signal(temporal, held_back, restock)
    await shop.until_step(held_back, "held_back")
    await level(shop, 1)
    await Engine(temporal).arrivals_waiting(shop.site)
    await shop.until(held_back, "NOTIFICATION_SENT")
    assert (await shop.get(behind))["status"] == "RECEIVED"
    assert (len(sink.to(first)), sink.to(second)) == (1, [])


@pytest.mark.parametrize("came_in", [5, None], ids=["a stock level", "a report"])
async def test_a_level_that_came_before_the_restock_holds_nothing_back(
    shop: Shop, sink: SmtpSink, temporal: Client, came_in: int | None
) -> None:
    await level(shop, 0)
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    restock = await begun(shop, request_id, came_in)
    await signal(temporal, request_id, restock)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_a_report_tells_whatever_the_known_quantity_is(shop: Shop, sink: SmtpSink) -> None:
    await level(shop, 0)
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    await shop.report(item=SKU)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_of_the_levels_that_came_meanwhile_the_last_counts(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    restock = await begun(shop, request_id, 5)
    await level(shop, 0)
    await level(shop, 2)
    await signal(temporal, request_id, restock)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_another_items_level_holds_nothing_back(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, item=SKU)
    restock = await begun(shop, request_id, 5)
    await shop.store.stock.update(shop.site, [StockLevel(sku="SKU-2", quantity=0)])
    await signal(temporal, request_id, restock)
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1
