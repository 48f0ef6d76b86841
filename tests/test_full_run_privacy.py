"""A full run of the real stack, with all that it logs: nothing there says who the shoppers are."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from histories import texts
from restock_up import Up, free_port
from shop import BASE, ORCHID, STORES, eventually
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest
from temporalio.client import Client
from test_command_line import run

from domain.visits import visit_token
from workflows.client import runtime_with_metrics
from workflows.converter import data_converter

V3 = "/api/v3"
REPORT = f"{BASE}/report-items-back-in-stock"
CLOSED = ("NOTIFICATION_SENT", "FAILED")


@dataclass
class Shopper:
    """Somebody whose address and names occur nowhere else; the mailbox goes by the first word."""

    role: str
    mark: str = field(default_factory=lambda: uuid4().hex[:12])
    id: str = ""

    @property
    def email(self) -> str:
        return f"{self.role}.q{self.mark}@d{self.mark}.example.com"

    @property
    def first_name(self) -> str:
        return f"Fn{self.mark}"

    @property
    def last_name(self) -> str:
        return f"Ln{self.mark}"


@dataclass
class Run:
    """The stack, who came by, and the secrets of the shop itself."""

    up: Up
    metrics: str
    shoppers: dict[str, Shopper]
    keys: dict[str, str]
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        key = self.keys[options.pop("scope", "owner")]
        headers = {"Authorization": key} | options.pop("headers", {})
        return await self.http.request(method, path, json=json, headers=headers, **options)

    async def ok(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        reply = await self.call(method, path, json, **options)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None


def new_request(email: str) -> dict[str, Any]:
    reference = {"appId": STORES, "catalogItemId": "orchid"}
    return {
        "request": {"catalogReference": reference, "email": email},
        "itemDetails": ORCHID,
    }


@pytest_asyncio.fixture(scope="module")
async def story(start: Callable[..., Up]) -> AsyncIterator[Run]:
    """All that may happen to shoppers, over and done with."""
    names = (
        "told",
        "marked",
        "refused",
        "deferred",
        "erased",
        "deleted",
        "subscribed",
        "wrong",
        "forgotten",
    )
    shoppers = {name: Shopper(name) for name in (*names, "owner")}
    port = free_port()
    settings = {
        "RESTOCK_LOG_LEVEL": "DEBUG",
        "RESTOCK_METRICS_ADDRESS": f"127.0.0.1:{port}",
        "RESTOCK_OWNER_EMAIL": shoppers["owner"].email,
    }
    up = await asyncio.to_thread(lambda: start(settings=settings).until_ready())
    keys = {"owner": (up.data_dir / "owner.key").read_text().strip()}
    create = ("keys", "create", "--scope", "storefront", "--data-dir", str(up.data_dir))
    keys["storefront"] = (await run(*create))[1].strip()
    address = up.run_file()["addresses"]["api"]
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        done = Run(up, f"http://127.0.0.1:{port}/metrics", shoppers, keys, http)
        await ask_and_tell(done)
        await subscribe(done)
        await visit_buy_and_forget(done)
        await go_wrong(done)
        yield done


async def ask_and_tell(run: Run) -> None:
    """The two flows of a request, one that is refused, and those that are forgotten."""
    await run.ok("POST", f"{BASE}/settings/start-collecting", {"appId": STORES})
    who = run.shoppers
    for name in ("told", "marked", "refused", "deferred", "erased", "deleted"):
        body = new_request(who[name].email)
        body["request"]["itemUrl"] = f"https://shop.example.com/?for={who[name].email}"
        made = await run.ok("POST", BASE, body, scope="storefront")
        who[name].id = made["request"]["id"]
        if name == "erased":
            contact = made["request"]["contactId"]
    await run.ok("PUT", f"{BASE}/{who['marked'].id}/mark-as-notification-sent")
    await run.ok("DELETE", f"{BASE}/{who['deleted'].id}")
    names = {"firstName": who["erased"].first_name, "lastName": who["erased"].last_name}
    await run.ok("PATCH", f"{V3}/contacts/{contact}", names)
    await run.ok("DELETE", f"{V3}/contacts/{contact}")
    item = {"catalogReference": new_request("")["request"]["catalogReference"]}
    await run.ok("POST", "/v1/restocks/preview", {**item, "quantity": 5})
    await run.ok("POST", REPORT, {"itemDetails": ORCHID, **item})
    await until_told(run, "told", "refused")

    async def deferred() -> bool:
        seen = await run.ok("GET", f"{BASE}/{who['deferred'].id}/timeline")
        return any(step["kind"] == "mail_deferred" for step in seen["timeline"])

    await eventually(deferred, "the mail server's refusal for now")
    await run.ok("POST", REPORT, {"itemDetails": ORCHID, "requestIds": [who["refused"].id]})


async def subscribe(run: Run) -> None:
    """A contact with names, a subscription, a feed and a stock level."""
    who = run.shoppers["subscribed"]
    feed = "id\ttitle\tprice\tavailability\nSKU-1\tBag\t199.00 SEK\tout of stock\n"
    text = {"Content-Type": "text/tab-separated-values"}
    await run.ok("PUT", f"{V3}/product-feeds/sv-SE", headers=text, content=feed.encode())

    async def is_read() -> bool:
        found = await run.ok("GET", f"{V3}/product-feeds/sv-SE")
        return found["state"] == "ok"

    await eventually(is_read, "the feed to be read")
    details = {
        "email": who.email,
        "firstName": who.first_name,
        "lastName": who.last_name,
        "attributes": {"friend": who.email},
        "consent": {"by": who.first_name},
    }
    contact = (await run.ok("POST", f"{V3}/contacts", details))["id"]
    asked = {"contactId": contact, "locale": "sv-SE", "sku": "SKU-1"}
    subscription = f"{V3}/inventory/backinstock/subscriptions"
    who.id = (await run.ok("POST", subscription, asked, scope="storefront"))["id"]
    await run.ok("POST", f"{V3}/purchases", {"email": who.email, "sku": "SKU-2"})
    condition = {"contact.friend": {"$ne": who.first_name}}
    await run.ok("PATCH", "/v1/policy", {"conditions": condition})
    await run.ok("PUT", f"{V3}/inventory/stock-levels", [{"sku": "SKU-1", "quantity": 5}])
    await until_told(run, "subscribed")


async def visit_buy_and_forget(run: Run) -> None:
    """A shopper who agreed to something comes back, buys, is exported and erased."""
    who = run.shoppers["forgotten"]
    body = new_request(who.email)
    body["request"]["catalogReference"]["catalogItemId"] = "lily"
    body["consent"] = {"text": f"Tell {who.first_name}", "url": "https://shop.example.com/lily"}
    who.id = (await run.ok("POST", BASE, body, scope="storefront"))["request"]["id"]
    reference = body["request"]["catalogReference"]
    await run.ok("POST", REPORT, {"itemDetails": ORCHID, "catalogReference": reference})
    await until_told(run, "forgotten")
    token = await token_of(run.up.run_file()["addresses"]["database"], who.id)
    await run.ok("POST", "/widget/visit", content=token)
    await run.ok("POST", "/v1/purchases", {"token": token}, scope="storefront")
    assert (await run.ok("POST", "/v1/shoppers/export", {"email": who.email}))["consents"]
    assert (await run.ok("GET", "/v1/conversions"))["items"]
    await run.ok("POST", "/v1/shoppers/erase", {"email": who.email})


async def token_of(dsn: str, request_id: str) -> str:
    """What stands in the link of a shopper's mail."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(
            "SELECT s.cursor_key, r.id, r.restock_id FROM requests r JOIN sites s USING (site) "
            "WHERE r.id = $1",
            request_id,
        )
        return visit_token(*row)
    finally:
        await connection.close()


async def until_told(run: Run, *names: str) -> None:
    for name in names:
        path = f"{BASE}/{run.shoppers[name].id}"

        async def told(path: str = path) -> bool:
            return (await run.ok("GET", path))["request"]["status"] in CLOSED

        await eventually(told, f"{name} to be told", patience=60)


async def go_wrong(run: Run) -> None:
    """What is sent where it does not belong, and what Postgres refuses."""
    who = run.shoppers["wrong"]
    url, bad = f"{V3}/contacts", new_request(f"{who.email}@")
    misplaced = new_request(who.email) | {"itemDetails": {"name": "x", "price": who.email}}
    for method, path, json, options in (
        ("POST", BASE, bad, {}),
        ("POST", BASE, misplaced, {}),
        ("POST", BASE, None, {"content": f'{{"email": "{who.email}'.encode()}),
        ("POST", BASE, {who.email: who.email}, {"headers": {"Idempotency-Key": who.email * 9}}),
        ("POST", f"{BASE}/query", {"query": {"filter": {who.email: who.first_name}}}, {}),
        ("POST", f"{BASE}/query", {"query": {"filter": {"status": who.email}}}, {}),
        ("GET", f"{BASE}/{who.email}", None, {}),
        ("GET", f"/v1/{who.email}", None, {}),
        ("GET", f"/{who.email}/{who.last_name}?q={who.first_name}", None, {}),
        ("GET", f"{url}/{who.email}", None, {}),
        ("GET", url, None, {"params": {"email": who.email}}),
        ("GET", url, None, {"params": {"email": who.email * 9}}),
        ("PUT", f"{V3}/product-feeds/{who.email}", {"url": f"ftp://{who.email}/x"}, {}),
        ("POST", url, {"email": who.email, "firstName": [who.first_name]}, {}),
        ("POST", url, {"email": who.email, "lastName": f"\x00{who.last_name}"}, {}),
        ("GET", "/v1/policy", None, {"headers": {"Authorization": who.email}}),
    ):
        reply = await run.call(method, path, json, **options)
        assert 400 <= reply.status_code < 500, f"{method} {path}: {reply.status_code}"
    await fail_in_postgres(run.up.run_file()["addresses"]["database"], who)


async def fail_in_postgres(dsn: str, who: Shopper) -> None:
    """Statements that Postgres refuses, with what it would like to say of them."""
    connection = await asyncpg.connect(dsn)
    add = "INSERT INTO contacts (id, site, email, address_key) VALUES ($1, 'main', $2, $2)"
    try:
        await connection.execute(add, uuid4(), who.email)
        with pytest.raises(asyncpg.UniqueViolationError, match="duplicate key"):
            await connection.execute(add, uuid4(), who.email)
        with pytest.raises(asyncpg.NotNullViolationError):
            await connection.execute("INSERT INTO contacts (email) VALUES ($1)", who.email)
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.execute(f"SELECT * FROM nothing WHERE email = '{who.email}'")
    finally:
        await connection.close()


def secrets(run: Run) -> list[str]:
    """What must be nowhere: of the addresses the local part is enough."""
    words = [
        word
        for who in run.shoppers.values()
        for word in (f"q{who.mark}", f"d{who.mark}", who.first_name, who.last_name)
    ]
    return [*words, run.keys["owner"][10:], run.keys["storefront"][15:]]


def found_in(text: str, run: Run) -> list[str]:
    """The places of a text that hold a secret, with what stands around it."""
    pattern = "|".join(re.escape(secret) for secret in secrets(run))
    return [
        text[max(0, match.start() - 200) : match.end() + 50]
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


async def test_nothing_in_temporal_says_who_the_shoppers_are(story: Run) -> None:
    client = await Client.connect(
        story.up.run_file()["addresses"]["temporal"], data_converter=data_converter
    )
    kinds, looked_at = set(), ""
    async for workflow in client.list_workflows():
        kinds.add(workflow.workflow_type)
        handle = client.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        said = list(texts((await handle.fetch_history()).to_json()))
        said.append(str((await handle.describe()).raw_description))
        said.append(await current_details(client, workflow.id, workflow.run_id))
        assert found_in("\n".join(said), story) == [], workflow.id
        looked_at += "\n".join(said)
    assert ORCHID["name"] in looked_at
    assert kinds >= {"NotificationRequest", "Restock", "Arrivals", "ProductFeed", "MailPreview"}
    async for schedule in await client.list_schedules():
        described = await client.get_schedule_handle(schedule.id).describe()
        assert found_in(str(described.raw_description), story) == []


async def current_details(client: Client, workflow_id: str, run_id: str) -> str:
    """What the Temporal UI shows beside a history."""
    execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
    query = WorkflowQuery(query_type="__temporal_workflow_metadata")
    asked = QueryWorkflowRequest(namespace="default", execution=execution, query=query)
    answer = await client.workflow_service.query_workflow(asked)
    return "\n".join(payload.data.decode() for payload in answer.query_result.payloads)


def test_not_even_the_files_of_temporal_do(story: Run) -> None:
    files = {file.name: file.read_bytes() for file in story.up.data_dir.glob("temporal.db*")}
    assert ORCHID["name"].encode() in b"".join(files.values())
    for name, content in files.items():
        assert found_in(content.decode("latin-1"), story) == [], name


@pytest.mark.parametrize("name", ["api", "worker-1", "temporal", "postgres"])
def test_no_log_says_who_the_shoppers_are(story: Run, name: str) -> None:
    log: Path = story.up.data_dir / "logs" / f"{name}.log"
    text = log.read_text()
    assert found_in(text, story) == []
    shown = {
        "api": '"route": "none"',
        "worker-1": "worker_started",
        "temporal": "",
        "postgres": "duplicate key value",
    }
    assert shown[name] in text


def test_all_logs_are_looked_at(story: Run) -> None:
    logs = {path.name for path in (story.up.data_dir / "logs").iterdir()}
    assert logs == {"api.log", "worker-1.log", "temporal.log", "postgres.log"}
    shown = story.up.output.replace(story.keys["owner"], "")
    assert found_in(shown, story) == []


async def test_no_metric_says_who_the_shoppers_are(story: Run) -> None:
    reply = await story.http.get(story.metrics)
    assert reply.status_code == 200
    assert 'temporal_activity_execution_latency_seconds_count{activity_type="' in reply.text
    assert 'workflow_type="NotificationRequest"' in reply.text
    assert found_in(reply.text, story) == []


async def test_a_metrics_address_that_is_taken_is_a_clear_error(story: Run) -> None:
    taken = story.metrics.removeprefix("http://").removesuffix("/metrics")
    with pytest.raises(ConnectionError, match=f"RESTOCK_METRICS_ADDRESS, {taken}: .*in use"):
        runtime_with_metrics(taken)
