"""No shopper's address in Temporal, in logs, or anywhere but in Postgres."""

import logging
from uuid import UUID

import pytest
from histories import history_json, texts
from shop import BASE, Shop
from shoppers import address, orchid_key
from temporalio.client import Client

from domain.ids import report_workflow_id, restock_workflow_id

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
