"""A restock that is long, and mail at a limited rate."""

import pytest
from shop import Shop, eventually
from shoppers import address
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

import activities.announce_page
import domain.contracts
from domain.contracts import RestockSignal
from domain.ids import restock_workflow_id


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shoppers a page, two pages a run."""
    monkeypatch.setattr(domain.contracts, "PAGE_SIZE", 2)
    monkeypatch.setattr(domain.contracts, "PAGES_PER_RUN", 2)
    monkeypatch.setattr(activities.announce_page, "PAGE_SIZE", 2)


@pytest.mark.usefixtures("short_pages")
async def test_a_long_restock_goes_on_in_new_runs_and_is_summed_up_once(
    shop: Shop, temporal: Client
) -> None:
    asked = [await shop.ask(address(), item="long") for _ in range(9)]
    await shop.report(item="long")
    for request_id in asked:
        await shop.until(request_id, "NOTIFICATION_SENT")

    async def summary() -> list[str]:
        lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
        return [line["text"] for line in lines if "contactId" not in line]

    assert await eventually(summary, "the summary") == ["Blue Orchid: told 9 of 9"]
    reference = await shop.row(asked[0])
    runs = [
        run.run_id
        async for run in temporal.list_workflows(
            f"WorkflowId = '{restock_workflow_id(shop.site, reference.item_key)}'"
        )
    ]
    assert len(runs) == 3


async def test_mail_at_a_limited_rate_goes_through_the_email_queue(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address())
    handle = temporal.get_workflow_handle(f"request/{request_id}")
    await handle.signal("restock", RestockSignal(queued=True))
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert await queues_of_activity(handle, "send_email") == ["email"]


async def queues_of_activity(handle: WorkflowHandle, name: str) -> list[str]:
    scheduled = [
        event.activity_task_scheduled_event_attributes
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    return [each.task_queue.name for each in scheduled if each.activity_type.name == name]
