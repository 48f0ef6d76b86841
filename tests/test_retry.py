"""FAILED requests are tried again: one by one, or all since a moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_command_line import run

RETRY = "/v1/requests/retry"


async def failed(shop: Shop, name: str = "refused") -> str:
    """A request whose mail was refused, by a server that takes it from now on."""
    request_id = await shop.ask(address(name))
    await shop.report()
    await shop.until(request_id, "FAILED")
    await shop.store.pool.execute(
        "UPDATE requests SET email = $2 WHERE id = $1", UUID(request_id), address("mended")
    )
    return request_id


async def of_unknown_outcome(shop: Shop) -> str:
    await shop.call("PATCH", "/v1/policy", {"unknownDelivery": "hold"})
    request_id = await shop.ask(address("lost1"))
    await shop.report()
    await shop.until(request_id, "FAILED")
    return request_id


async def test_a_failed_request_that_is_named_is_told(shop: Shop, sink: SmtpSink) -> None:
    request_id, waiting = await failed(shop), await shop.ask(address())
    reply = await shop.call("POST", RETRY, {"requestIds": [request_id, waiting, str(uuid4())]})
    assert (reply.status_code, reply.json()) == (200, {"retried": 1})
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert (await shop.get(waiting))["status"] == "RECEIVED"


async def test_all_that_failed_since_a_moment_are_told(shop: Shop) -> None:
    before = await failed(shop)
    await shop.store.pool.execute(
        "UPDATE requests SET updated_date = now() - interval '2 days' WHERE id = $1", UUID(before)
    )
    since = datetime.now(UTC) - timedelta(hours=1)
    late = [await failed(shop), await failed(shop)]
    reply = await shop.call("POST", RETRY, {"failedSince": since.isoformat()})
    assert reply.json() == {"retried": 2}
    for request_id in late:
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert (await shop.get(before))["status"] == "FAILED"


async def test_an_unknown_outcome_is_tried_again_only_where_the_owner_says_so(
    shop: Shop, sink: SmtpSink
) -> None:
    request_id = await of_unknown_outcome(shop)
    since = {"failedSince": "2026-01-01T00:00:00Z"}
    assert (await shop.call("POST", RETRY, since)).json() == {"retried": 0}
    reply = await shop.call("POST", RETRY, since | {"includeUnknown": True})
    assert reply.json() == {"retried": 1}
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    first, second = sink.to(told["email"])
    assert first["Message-ID"] != second["Message-ID"]


async def test_the_timeline_has_the_ledger_with_every_outcome(shop: Shop) -> None:
    request_id = await of_unknown_outcome(shop)
    await shop.call("POST", RETRY, {"requestIds": [request_id]})
    await shop.until(request_id, "NOTIFICATION_SENT")
    path = f"/v1/back-in-stock-notification-requests/{request_id}/timeline"
    unknown, accepted = (await shop.call("GET", path)).json()["deliveries"]
    assert (unknown["state"], unknown["unknownAttempts"]) == ("unknown", 1)
    assert (accepted["state"], accepted["attempts"]) == ("accepted", 1)
    assert accepted["messageId"].startswith(f"<{request_id}.{accepted['restockId']}@")
    assert "@example.com" not in str([unknown["reply"], accepted["reply"]])


async def test_another_sites_failed_requests_are_left_alone(shop: Shop, other_shop: Shop) -> None:
    request_id = await failed(shop)
    for body in ({"requestIds": [request_id]}, {"failedSince": "2026-01-01T00:00:00Z"}):
        assert (await other_shop.call("POST", RETRY, body)).json() == {"retried": 0}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"requestIds": [str(uuid4())], "failedSince": "2026-01-01T00:00:00Z"}, ""),
        ({"requestIds": []}, "requestIds"),
        ({"requestIds": ["x"]}, "requestIds[0]"),
        ({"failedSince": "yesterday"}, "failedSince"),
    ],
)
async def test_a_wrong_body_is_named(shop: Shop, body: dict, field: str) -> None:
    reply = await shop.call("POST", RETRY, body)
    assert reply.status_code == 400
    (violation,) = reply.json()["details"]["validationError"]["fieldViolations"]
    assert violation["field"] == field


async def test_the_command_tries_again_what_failed(
    shop: Shop, temporal: Client, postgres_dsn: str
) -> None:
    env = {
        "RESTOCK_DATABASE_URL": postgres_dsn,
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
    }
    request_id = await failed(shop)
    code, out, err = await run("retry", "--failed-since", "1h", "--site", shop.site, env=env)
    assert (code, out, err) == (0, "FAILED requests that are being tried again: 1\n", "")
    await shop.until(request_id, "NOTIFICATION_SENT")
    code, out, _ = await run("retry", request_id, "--site", shop.site, env=env)
    assert (code, out) == (0, "No request FAILED that is to be tried again.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name requests, or give --failed-since"),
        ((str(uuid4()), "--failed-since", "1h"), "name requests, or give --failed-since"),
        (("--failed-since", "soon"), "'soon' is neither"),
        (("no-id",), "invalid character"),
    ],
)
async def test_a_wrong_command_says_what_is_wrong(arguments: tuple[str, ...], said: str) -> None:
    code, _, err = await run("retry", *arguments)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
