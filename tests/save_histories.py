"""Makes tests/histories anew, from real runs. Run it when a workflow changes on purpose:

    .venv/bin/python -m pytest tests/save_histories.py

pytest does not collect this file by itself. The histories before the change are worth keeping,
under another name, for as long as requests that began before it may wait.
"""

from uuid import UUID, uuid4

from feed_shop import FeedOwner, items, rss
from histories import FOLDER, anonymous, history_json
from shop import BASE, Shop
from shoppers import address, orchid_key, wanted
from temporalio.client import Client
from voyado import STOCK, contact, subscribed, v3
from waiting_lists import IMPORTS, checked, confirmed

from domain.bulk import BulkAction, NewBulk
from domain.catalog import VOYADO_APP_ID, CatalogReference, Item
from domain.contracts import TASK_QUEUE, Announcement, ReportedSignal, RestockInput
from domain.ids import (
    arrivals_workflow_id,
    bulk_workflow_id,
    feed_workflow_id,
    import_workflow_id,
    message_workflow_id,
    report_workflow_id,
    restock_workflow_id,
)
from domain.matching import Audience, StockLevel
from domain.messages import Message, NewMessage
from workflows.engine import Engine
from workflows.housekeeping import Reconciler
from workflows.restock import Restock


async def save(temporal: Client, workflow_id: str, name: str) -> None:
    """Keep the history of a workflow, once it ended, as tests/histories/<name>.json."""
    await temporal.get_workflow_handle(workflow_id).result()
    await save_now(temporal, workflow_id, name)


async def save_now(temporal: Client, workflow_id: str, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(anonymous(await history_json(temporal, workflow_id)))


async def test_save_requests_told_together(shop: Shop, temporal: Client) -> None:
    names = ("shopper", "refused", "later1", "lost1")
    ids = {name: await shop.ask(address(name)) for name in names}
    await shop.report(extraAutomationTemplateParameters={"item.price": "70.00"})
    kept = {"shopper": "told", "refused": "refused", "later1": "deferred_then_told"}
    for name, request_id in ids.items():
        await save(temporal, f"request/{request_id}", kept.get(name, "answer_lost_then_told"))
    workflow_id = restock_workflow_id(shop.site, orchid_key())
    await save(temporal, workflow_id, "restock_of_several")
    await shop.report(requestIds=[ids["refused"]])
    workflow_id = report_workflow_id(shop.site, [UUID(ids["refused"])])
    await save(temporal, workflow_id, "restock_by_ids")
    await save(temporal, f"request/{ids['refused']}", "taken_up_again")


async def test_save_requests_to_be_confirmed(shop: Shop, temporal: Client) -> None:
    await shop.call("PATCH", "/v1/policy", {"doubleOptIn": True})
    told, deleted = [await shop.ask(address()) for _ in range(2)]
    for request_id in (told, deleted):
        await shop.until_step(request_id, "confirmation_asked")
    await shop.call("DELETE", f"{BASE}/{deleted}")
    await save(temporal, f"request/{deleted}", "not_confirmed")
    confirmed = await shop.store.confirmations.confirm(shop.site, UUID(told))
    assert confirmed
    await Engine(temporal).start_request(confirmed)
    await shop.until_step(told, "owner_told")
    await shop.report()
    await save(temporal, f"request/{told}", "confirmed_then_told")


async def test_save_requests_that_end_otherwise(shop: Shop, temporal: Client) -> None:
    waiting, marked, deleted = [await shop.ask(address()) for _ in range(3)]
    await shop.call("PUT", f"{BASE}/{marked}/mark-as-notification-sent", {"id": marked})
    await shop.call("DELETE", f"{BASE}/{deleted}")
    await save(temporal, f"request/{marked}", "marked")
    await save(temporal, f"request/{deleted}", "withdrawn")
    await shop.until_step(waiting, "owner_told")
    await save_now(temporal, f"request/{waiting}", "waiting")


async def test_save_requests_signalled_directly(shop: Shop, temporal: Client) -> None:
    record = await shop.store.requests.create(shop.site, wanted(address(), Item(name="Fern")))
    await Engine(temporal).start_request(record)
    handle = temporal.get_workflow_handle(f"request/{record.id}")
    await handle.signal("restock", "malformed")
    await handle.signal("restock")
    await shop.until_step(str(record.id), "held_back")
    await handle.signal("restock", {"itemDetails": {"price": "3.50"}})
    await save(temporal, handle.id, "held_back_then_told_directly")
    queued = await shop.ask(address())
    await temporal.get_workflow_handle(f"request/{queued}").signal("restock", {"queued": True})
    await save(temporal, f"request/{queued}", "told_through_the_mail_queue")


async def test_save_restocks(shop: Shop, temporal: Client) -> None:
    workflow_id = restock_workflow_id(shop.site, orchid_key())
    await shop.ask(address())
    going_on = Announcement(restock_id=uuid4(), report=ReportedSignal(), page=50)
    await temporal.execute_workflow(
        Restock.run,
        RestockInput(site=shop.site, item_key=orchid_key(), current=going_on),
        id=workflow_id,
        task_queue=TASK_QUEUE,
    )
    await save_now(temporal, workflow_id, "restock_continued_as_new")
    await shop.call("PATCH", "/v1/policy", {"automation": False})
    await shop.ask(address())
    await shop.report()
    await save(temporal, workflow_id, "restock_with_automation_off")


async def test_save_a_restock_that_is_held(shop: Shop, temporal: Client) -> None:
    engine, workflow_id = Engine(temporal), restock_workflow_id(shop.site, orchid_key())
    await shop.call("PATCH", "/v1/policy", {"shoppersPerUnit": 1, "waveIntervalMinutes": 1 / 60})
    asked = [await shop.ask(address()) for _ in range(4)]
    await shop.store.stock.update(shop.site, [StockLevel(sku="orchid", quantity=1)])
    await engine.arrivals_waiting(shop.site)
    await shop.until(asked[0], "NOTIFICATION_SENT")
    for act in (engine.pause_restock, engine.resume_restock):
        await act(shop.site, orchid_key())
    await shop.until(asked[1], "NOTIFICATION_SENT")
    await engine.pause_restock(shop.site, orchid_key())
    await engine.stop_restock(shop.site, orchid_key())
    await save(temporal, workflow_id, "restock_paused_and_stopped")


async def test_save_housekeeping(shop: Shop, temporal: Client) -> None:
    workflow_id = f"reconcile-{uuid4()}"
    await temporal.execute_workflow(Reconciler.run, id=workflow_id, task_queue=TASK_QUEUE)
    await save_now(temporal, workflow_id, "reconciler")


async def test_save_what_comes_in(shop: Shop, temporal: Client) -> None:
    """A product feed, a stock level that concerns an audience, and its restock in waves."""
    feed = FeedOwner(shop, temporal)
    await feed.upload(rss(items("SKU-1")))
    await save_now(temporal, feed_workflow_id(shop.site, "sv-se"), "product_feed")
    for _ in range(3):
        await subscribed(shop, await contact(shop), "SKU-1", "sv-SE", "SE-1")
    policy = {"shoppersPerUnit": 1, "waveIntervalMinutes": 1 / 60}
    await shop.call("PATCH", "/v1/policy", policy)
    await v3(shop, "PUT", STOCK, [{"sku": "SKU-1", "quantity": 2, "externalId": "SE-1"}])
    item_key = CatalogReference(app_id=VOYADO_APP_ID, catalog_item_id="SKU-1").item_key
    await save(temporal, arrivals_workflow_id(shop.site), "arrivals")
    restock_id = restock_workflow_id(shop.site, item_key, Audience(external_id="SE-1"))
    await save(temporal, restock_id, "restock_in_waves")


async def test_save_imports(shop: Shop, temporal: Client) -> None:
    done = await confirmed(shop, f"email,sku\n{address()},A\n")
    await save(temporal, import_workflow_id(UUID(done["id"])), "import_confirmed")
    found = await checked(shop, f"email,sku\n{address()},A\n")
    await shop.call("POST", f"{IMPORTS}/{found['id']}/discard")
    await save(temporal, import_workflow_id(UUID(found["id"])), "import_discarded")


async def test_save_what_an_owner_does_in_the_console(shop: Shop, temporal: Client) -> None:
    """Something is done to many requests, and shoppers are written to."""
    refused, told = [await shop.row(await shop.ask(address(name))) for name in ("refused", "kim")]
    for request, name in ((refused, "owner_message_refused"), (told, "owner_message_that_marks")):
        written = NewMessage(
            contact_id=request.contact_id, subject="Hello", text="You", marks=request.id
        )
        message_id = await shop.store.messages.add(shop.site, written)
        await Engine(temporal).start_message(Message(site=shop.site, message_id=message_id))
        await save(temporal, message_workflow_id(message_id), name)
    wanted = NewBulk(action=BulkAction.MARK, filter={}, expected=1)
    bulk = await shop.store.bulks.add(shop.site, wanted)
    await Engine(temporal).start_bulk(bulk)
    await save(temporal, bulk_workflow_id(bulk.bulk_id), "bulk_change")
