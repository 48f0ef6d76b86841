"""Signals say what they like: what does not fit is cut or left out, and the rest counts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from query_strategies import json_values
from shop import Shop
from shoppers import address, orchid_key, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_direct_signals import cli, signal

from domain.contracts import (
    LONGEST_PARAMETER,
    MOST_PARAMETERS,
    TASK_QUEUE,
    ReportedSignal,
    RestockInput,
    RestockSignal,
    StockChangedSignal,
    WithdrawSignal,
)
from domain.matching import LARGEST_QUANTITY


async def test_a_restock_signal_whose_values_do_not_fit_still_tells_the_shopper(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    payload = {
        "itemDetails": {
            "name": "Red\0 Orchid " + "x" * 10_000,
            "price": "9" * 1_000,
            "image": {"url": "javascript:alert(1)"},
            "url": "https://shop.test/" + "a" * 5_000,
        },
        "extraAutomationTemplateParameters": {
            "item.url": "javascript:alert(2)",
            "n" * 1_000: "too long a name",
            "note": "y" * 100_000,
        },
    }
    await signal(temporal, f"request/{request_id}", "restock", payload)
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    assert mail["Subject"].startswith("Red Orchid xxx")
    html = part(mail, "html")
    assert "javascript" not in html
    # The price of the request, because one of a thousand digits is none.
    assert "75.00" in html


async def test_a_stock_signal_whose_values_do_not_fit_still_counts(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    workflow_id = f"restock/{shop.site}/{orchid_key()}"
    payload = {"quantity": 10**18, "sku": "a\0b" + "x" * 5_000}
    code, output = await cli(
        temporal,
        *("workflow", "signal-with-start", "--workflow-id", workflow_id),
        *("--type", "Restock", "--task-queue", TASK_QUEUE),
        *("--input", json.dumps({"site": shop.site, "itemKey": orchid_key()})),
        *("--signal-name", "stock_changed", "--signal-input", json.dumps(payload)),
    )
    assert code == 0, output
    await temporal.get_workflow_handle(workflow_id).result()
    assert len(sink.to(shopper)) == 1
    assert (await shop.get(request_id))["status"] == "NOTIFICATION_SENT"
    (logged,) = (await shop.call("GET", "/v1/restocks")).json()["restocks"]
    assert (logged["quantity"], logged["sku"][:4]) == (LARGEST_QUANTITY, "abxx")


@pytest.mark.parametrize(
    ("given_", "kept"), [(-5, 0), (0, 0), (7, 7), (10**30, LARGEST_QUANTITY), (None, None)]
)
def test_a_quantity_is_one_that_can_be_stored(given_: int | None, kept: int | None) -> None:
    assert StockChangedSignal(quantity=given_).quantity == kept


def test_a_report_keeps_as_many_parameters_as_the_api_takes() -> None:
    many = {f"p{number}": "x" * 10_000 for number in range(1_000)}
    kept = ReportedSignal(extra_automation_template_parameters=many)
    parameters = kept.extra_automation_template_parameters
    assert len(parameters) == MOST_PARAMETERS
    assert set(map(len, parameters.values())) == {LONGEST_PARAMETER}


@given(payload=json_values | st.dictionaries(st.text(max_size=8), json_values), data=st.data())
def test_whatever_a_signal_says_it_is_read_within_bounds_or_refused(
    payload: Any, data: st.DataObject
) -> None:
    kinds: list[type[Any]] = [RestockSignal, ReportedSignal, StockChangedSignal, WithdrawSignal]
    kind = data.draw(st.sampled_from([*kinds, RestockInput]))
    fields = [field.alias for field in kind.model_fields.values()]
    for body in (payload, dict.fromkeys(map(str, fields), payload)):
        try:
            read = TypeAdapter(kind).validate_json(json.dumps(body))
        except ValidationError:
            continue
        assert "\\u0000" not in read.model_dump_json()
