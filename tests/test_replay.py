"""Workflows that wait for months must run through their past unchanged."""

from pathlib import Path

import pytest
from histories import FOLDER, history_json, texts
from shop import BASE, Shop
from shoppers import address, orchid_key
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from domain.ids import restock_workflow_id
from worker.build import WORKFLOWS
from workflows.converter import data_converter

SAVED = sorted(FOLDER.glob("*.json"))
NEEDED = {
    "told",
    "marked",
    "refused",
    "deferred_then_told",
    "answer_lost_then_told",
    "withdrawn",
    "waiting",
    "taken_up_again",
    "held_back_then_told_directly",
    "told_through_the_mail_queue",
    "restock_of_several",
    "restock_by_ids",
    "restock_continued_as_new",
    "restock_with_automation_off",
    "reconciler",
    "product_feed",
    "arrivals",
    "restock_in_waves",
    "restock_paused_and_stopped",
    "import_confirmed",
    "import_discarded",
    "confirmed_then_told",
    "not_confirmed",
    "bulk_change",
    "owner_message_refused",
    "owner_message_that_marks",
}


@pytest.fixture(scope="module")
def replayer() -> Replayer:
    return Replayer(workflows=WORKFLOWS, data_converter=data_converter)


def test_every_story_has_a_saved_history() -> None:
    assert {path.stem for path in SAVED} >= NEEDED


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
async def test_a_saved_history_replays(replayer: Replayer, path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text())  # noqa: ASYNC240
    await replayer.replay_workflow(history)


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_a_saved_history_holds_no_address(path: Path) -> None:
    assert [text for text in texts(path.read_text()) if "@" in text] == []


async def test_what_runs_now_replays_now(shop: Shop, temporal: Client, replayer: Replayer) -> None:
    told, marked = await shop.ask(address("later1")), await shop.ask(address())
    await shop.call("PUT", f"{BASE}/{marked}/mark-as-notification-sent", {"id": marked})
    await shop.report()
    restock = restock_workflow_id(shop.site, orchid_key())
    for workflow_id in (f"request/{told}", f"request/{marked}", restock):
        await temporal.get_workflow_handle(workflow_id).result()
        text = await history_json(temporal, workflow_id)
        await replayer.replay_workflow(WorkflowHistory.from_json(workflow_id, text))
