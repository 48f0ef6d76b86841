"""Signals from outside, by Temporal's own command line."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from conftest import temporal_binary
from shop import Shop
from shoppers import address, orchid_key, part
from smtp_sink import SmtpSink
from temporalio.client import Client

from domain.contracts import TASK_QUEUE


async def cli(temporal: Client, *arguments: str) -> tuple[int, str]:
    """Run the `temporal` command against the server of the tests."""
    target = ("--address", temporal.service_client.config.target_host)
    process = await asyncio.create_subprocess_exec(
        temporal_binary(),
        *arguments,
        *target,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def signal(temporal: Client, workflow_id: str, name: str, payload: Any = ...) -> None:
    given = () if payload is ... else ("--input", json.dumps(payload))
    arguments = ("workflow", "signal", "--workflow-id", workflow_id, "--name", name, *given)
    code, output = await cli(temporal, *arguments)
    assert code == 0, output


async def test_a_bare_restock_signal_tells_the_shopper(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await signal(temporal, f"request/{request_id}", "restock")
    assert (await shop.until(request_id, "NOTIFICATION_SENT"))["autoNotified"] is True
    assert sink.to(shopper)[0]["Subject"] == "Blue Orchid is back in stock"


async def test_a_restock_signal_says_what_the_mail_says(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    payload = {
        "itemDetails": {
            "name": "Red Orchid",
            "price": 12.5,
            "image": {"url": "https://img.test/red.jpg"},
            "weight": 3,
        },
        "extraAutomationTemplateParameters": {"item.url": "https://shop.test/red", "x": [1]},
        "unknownField": {"a": 1},
    }
    await signal(temporal, f"request/{request_id}", "restock", payload)
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    html = part(mail, "html")
    assert mail["Subject"] == "Red Orchid is back in stock"
    for said in ("12.5", "https://img.test/red.jpg", "https://shop.test/red"):
        assert said in html


async def test_a_mark_signal_ends_a_request_without_a_mail(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await signal(temporal, f"request/{request_id}", "mark_as_sent")
    assert (await shop.until(request_id, "NOTIFICATION_SENT"))["autoNotified"] is False
    assert sink.to(shopper) == []


async def test_a_second_restock_signal_sends_nothing(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    handle = temporal.get_workflow_handle(f"request/{request_id}")
    signals = [{}, {}, {"restockId": str(uuid4())}, {"restockId": str(uuid4())}]
    await asyncio.gather(*(handle.signal("restock", payload) for payload in signals))
    assert await handle.result() == "NOTIFICATION_SENT"
    assert len(sink.to(shopper)) == 1
    assert await shop.steps(request_id) == ["requested", "claimed", "mail_accepted"]


@pytest.mark.parametrize(
    "payload",
    [
        "back",
        ["back"],
        7,
        {"itemDetails": "Blue Orchid"},
        {"restockId": "no-guid"},
        {"itemDetails": {"name": {"en": "Blue Orchid"}}},
    ],
    ids=["text", "list", "number", "details are text", "no guid", "name is an object"],
)
async def test_a_malformed_signal_changes_nothing_and_a_good_one_still_works(
    shop: Shop, sink: SmtpSink, temporal: Client, payload: object
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await signal(temporal, f"request/{request_id}", "restock", payload)
    await signal(temporal, f"request/{request_id}", "restok")
    # Signals are handled in their order, and the first that can be read wins.
    await signal(temporal, f"request/{request_id}", "restock", {"itemDetails": {"price": "1"}})
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    assert "Price: 1" in part(mail, "plain").splitlines()


@pytest.mark.parametrize(
    ("name", "payload", "told"),
    [
        ("reported", {}, True),
        ("reported", {"itemDetails": {"name": "Red Orchid", "price": "9.00"}}, True),
        ("stock_changed", {"quantity": 5}, True),
        ("stock_changed", {"quantity": 0}, False),
    ],
)
async def test_a_restock_is_started_by_one_signal(
    shop: Shop, sink: SmtpSink, temporal: Client, name: str, payload: dict[str, Any], told: bool
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    workflow_id = f"restock/{shop.site}/{orchid_key()}"
    code, output = await cli(
        temporal,
        *("workflow", "signal-with-start", "--workflow-id", workflow_id),
        *("--type", "Restock", "--task-queue", TASK_QUEUE),
        *("--input", json.dumps({"site": shop.site, "itemKey": orchid_key()})),
        *("--signal-name", name, "--signal-input", json.dumps(payload)),
    )
    assert code == 0, output
    said = await temporal.get_workflow_handle(workflow_id).result()
    status = (await shop.get(request_id))["status"]
    assert status == ("NOTIFICATION_SENT" if told else "RECEIVED")
    assert said == ("Blue Orchid: told 1 of 1" if told else "nobody was told: nothing was reported")
    subjects = [mail["Subject"] for mail in sink.to(shopper)]
    item = payload.get("itemDetails", {}).get("name", "Blue Orchid")
    assert subjects == ([f"{item} is back in stock"] if told else [])


async def test_a_malformed_report_signal_leaves_the_shoppers_waiting(
    shop: Shop, temporal: Client
) -> None:
    request_id = await shop.ask(address())
    workflow_id = f"restock/{shop.site}/{orchid_key()}"
    code, output = await cli(
        temporal,
        *("workflow", "signal-with-start", "--workflow-id", workflow_id),
        *("--type", "Restock", "--task-queue", TASK_QUEUE),
        *("--input", json.dumps({"site": shop.site, "itemKey": orchid_key()})),
        *("--signal-name", "reported", "--signal-input", '"text"'),
    )
    assert code == 0, output
    await temporal.get_workflow_handle(workflow_id).result()
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
