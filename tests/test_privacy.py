"""No shopper's address in Temporal, in logs, or anywhere but in Postgres."""

import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from histories import history_json, texts
from pydantic import BaseModel, ValidationError
from shop import BASE, Shop
from shoppers import address, orchid_key
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from cli.logs import _Masking, _MaskingFormatter
from domain.ids import report_workflow_id, restock_workflow_id
from store.store import Store
from workflows.converter import data_converter

NAMES = ("shopper", "refused", "spam", "later1", "gone1", "lost1", "marked", "deleted")
# The mail server of the tests is no part of Restock, and its log names recipients.
_NOT_OURS = ("mail.", "asyncio")


async def test_no_address_reaches_temporal_or_the_log(
    shop: Shop, temporal: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shoppers = {name: address(name) for name in NAMES}
    owner = address("owner")
    await shop.store.sites.change(shop.site, owner_email=owner)
    ids = {name: await shop.ask(email) for name, email in shoppers.items()}
    await shop.call(
        "PUT", f"{BASE}/{ids['marked']}/mark-as-notification-sent", {"id": ids["marked"]}
    )
    await shop.call("DELETE", f"{BASE}/{ids['deleted']}")
    await shop.report()
    await shop.report(requestIds=[ids["refused"], ids["lost1"]])
    workflow_ids = [f"request/{request_id}" for request_id in ids.values()]
    workflow_ids.append(restock_workflow_id(shop.site, orchid_key()))
    workflow_ids.append(report_workflow_id(shop.site, [UUID(ids["refused"]), UUID(ids["lost1"])]))

    said: list[str] = []
    for workflow_id in workflow_ids:
        await temporal.get_workflow_handle(workflow_id).result()
        said += texts(await history_json(temporal, workflow_id))
    said += ours(caplog.records)
    assert any("no such user" in text for text in said)
    for secret in (*shoppers.values(), owner):
        found = [text for text in said if secret.partition("@")[0] in text]
        assert found == [], secret


def ours(records: list[logging.LogRecord]) -> list[str]:
    """All that is in the records of Restock and of what it uses, fields and tracebacks too."""
    form = logging.Formatter("%(message)s")
    return [
        f"{form.format(record)} {record.__dict__}"
        for record in records
        if not record.name.startswith(_NOT_OURS)
    ]


async def test_a_deleted_request_leaves_no_address_with_the_restock(
    shop: Shop, temporal: Client
) -> None:
    email = address("forgotten")
    request_id = await shop.ask(email)
    await shop.call("DELETE", f"{BASE}/{request_id}")
    await temporal.get_workflow_handle(f"request/{request_id}").result()
    for table in ("requests", "timeline", "deliveries"):
        row_text = f"SELECT count(*) FROM {table} AS r WHERE r::text LIKE '%' || $1 || '%'"
        assert await shop.store.pool.fetchval(row_text, request_id) == 0
    description = await temporal.get_workflow_handle(f"request/{request_id}").describe()
    assert email.partition("@")[0] not in str(description.raw_description)


# Not written out below: a traceback shows the lines of the source.
NAME = "Kimberly"


class _Named(BaseModel):
    first_name: int


async def refused_by_postgres(store: Store, *values: object) -> Exception:
    """What asyncpg raises for a contact with these values."""
    add = (
        "INSERT INTO contacts (id, site, first_name, email, address_key) "
        "VALUES ($1, $2, $3, 'x', 'x')"
    )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as refused:
        await store.pool.execute(add, *values)
    return refused.value


@pytest_asyncio.fixture
async def faults(store: Store) -> AsyncIterator[list[Exception]]:
    """Errors whose own words quote a shopper's name."""
    with pytest.raises(ValidationError) as invalid:
        _Named(first_name=NAME)
    yield [
        invalid.value,
        await refused_by_postgres(store, uuid4(), "main", [NAME]),
        await refused_by_postgres(store, uuid4(), None, NAME),
    ]


async def test_errors_that_quote_a_row_or_a_value_are_logged_without_it(
    faults: list[Exception],
) -> None:
    for fault in faults:
        assert NAME in f"{fault} {getattr(fault, 'detail', '')}"
        logged = _logged("unforeseen", fault)
        assert NAME not in logged
        assert type(fault).__name__ in logged
        assert "AfterIt" in logged
        assert NAME not in _logged(f"failed: {fault}")


def _logged(message: str, fault: Exception | None = None, **extra: Any) -> str:
    """What the log would say, of an error that led to another."""
    try:
        if fault:
            raise RuntimeError("AfterIt") from fault
        raised = None
    except RuntimeError as error:
        raised = (type(error), error, error.__traceback__)
    record = logging.LogRecord("restock", logging.ERROR, "", 0, message, (), raised)
    record.__dict__ |= extra
    _Masking().filter(record)
    return _MaskingFormatter("{message}", style="{").format(record)


def test_a_field_of_a_log_line_holds_no_address() -> None:
    logged = _logged("done", reason="550 shopper@example.com unknown", count=3)
    assert '"reason": "550 <address> unknown"' in logged
    assert '"count": 3' in logged


async def test_errors_that_quote_a_row_or_a_value_reach_temporal_without_it(
    faults: list[Exception],
) -> None:
    for fault in faults:
        wrapped = ApplicationError(f"could not: {fault}")
        wrapped.__cause__ = fault
        failure = Failure()
        await data_converter.encode_failure(wrapped, failure)
        assert NAME not in str(failure)
        assert type(fault).__name__ in str(failure)
