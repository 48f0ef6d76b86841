"""Waiting lists of other systems are tried, shown to the owner, and taken over once."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from shop import BASE, STORES, Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from test_owner_notices import notices_begun
from test_reconciler import reconcile
from voyado import keep_products, v3
from waiting_lists import IMPORTS, checked, confirmed, until_state, upload_list

from activities.import_requests import ImportRequests
from domain.catalog import CatalogReference, Wanted
from domain.ids import import_workflow_id
from domain.imports import Problem, ReadLine
from domain.imports.contracts import ImportInput
from store.records import WaitingStart
from store.requests import Requests
from workflows import request_import
from workflows.engine import Engine
from workflows.request_import import RequestImport


def orchids(*shoppers: str) -> str:
    """A waiting list for one item of Wix Stores."""
    rows = "".join(f"{shopper},orchid,Blue Orchid,75.00\n" for shopper in shoppers)
    return f"email,product id,product,price\n{rows}"


async def requests_of(shop: Shop, item: str = "orchid") -> list[dict[str, Any]]:
    reply = await shop.call("POST", f"{BASE}/query", {"query": {"paging": {"limit": 100}}})
    found = reply.json()["requests"]
    return [each for each in found if each["catalogReference"]["catalogItemId"] == item]


async def rows_left(shop: Shop, import_id: str) -> tuple[int, int]:
    """How much of a file is kept: its content, and its lines."""
    sql = (
        "SELECT (SELECT count(*) FROM import_contents WHERE import_id = $1), "
        "(SELECT count(*) FROM import_lines WHERE import_id = $1)"
    )
    row = await shop.store.pool.fetchrow(sql, UUID(import_id))
    assert row
    return row[0], row[1]


async def test_the_dry_run_says_what_would_happen_and_changes_nothing(shop: Shop) -> None:
    waiting, new = address(), address()
    await shop.ask(waiting)
    content = orchids(waiting, new, new.upper(), "kim", "kim@") + f"{address()},lily,Lily,x\n"
    found = await checked(shop, content, appId=STORES)
    counted = {name: found[name] for name in ("toAdd", "alreadyWaiting", "repeated", "rejected")}
    assert counted == {"toAdd": 1, "alreadyWaiting": 1, "repeated": 1, "rejected": 3}
    assert found["items"] == [{"title": "Blue Orchid", "count": 1}]
    assert found["added"] == 0
    lines = found["rejectedLines"]
    assert [line["line"] for line in lines] == [5, 6, 7]
    assert [line["problems"][0]["column"] for line in lines] == ["email", "email", "price"]
    assert lines[0]["cells"] == ["kim", "orchid", "Blue Orchid", "75.00"]
    assert len(await requests_of(shop)) == 1


async def test_what_is_confirmed_waits_and_is_told(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    found = await confirmed(shop, orchids(shopper), appId=STORES, fileName="klaviyo.csv")
    assert (found["added"], found["alreadyWaiting"]) == (1, 0)
    [request] = await requests_of(shop)
    [step] = await shop.timeline(request["id"])
    assert (step["kind"], step["detail"]) == ("imported", "From klaviyo.csv, line 2")
    await shop.report()
    await shop.until(request["id"], "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_the_owner_gets_one_line_for_all_and_no_mail(shop: Shop, temporal: Client) -> None:
    await confirmed(shop, orchids(address(), address()), appId=STORES)
    lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    said = "Imported waiting-list.csv: 2 added, 0 wait already, 0 repeated, 0 rejected."
    assert [line["text"] for line in lines] == [said]
    for request in await requests_of(shop):
        assert await notices_begun(temporal, request["id"]) == []


async def test_who_asked_first_stays_first_in_the_queue(shop: Shop) -> None:
    late, early, middle = address(), address(), address()
    rows = f"{late},A,2026-03-03\n{early},A,2026-03-01\n{middle},A,2026-03-02 10:00\n"
    await confirmed(shop, f"email,sku,date\n{rows}")
    query = {"query": {"sort": [{"fieldName": "createdDate", "order": "ASC"}]}}
    found = (await shop.call("POST", f"{BASE}/query", query)).json()["requests"]
    assert [each["email"] for each in found] == [early, middle, late]


async def test_of_lines_that_are_repeated_the_first_asked_counts(shop: Shop) -> None:
    shopper = address()
    rows = f"{shopper},A,2026-03-02\n{shopper},A,2026-03-01\n"
    await confirmed(shop, f"email,sku,date\n{rows}")
    [request] = await requests_of(shop, "A")
    assert request["createdDate"].startswith("2026-03-01")


async def test_importing_a_file_twice_adds_nobody_twice(shop: Shop) -> None:
    content = orchids(address(), address())
    await confirmed(shop, content, appId=STORES)
    again = await confirmed(shop, content, appId=STORES)
    assert (again["toAdd"], again["added"], again["alreadyWaiting"]) == (0, 0, 2)
    assert len(await requests_of(shop)) == 2


async def test_who_asks_between_the_dry_run_and_the_confirmation_is_left_out(shop: Shop) -> None:
    shopper = address()
    found = await checked(shop, orchids(shopper, address()), appId=STORES)
    await shop.ask(shopper)
    await shop.call("POST", f"{IMPORTS}/{found['id']}/confirm")
    done = await until_state(shop, found["id"], "done")
    assert (done["toAdd"], done["added"], done["alreadyWaiting"]) == (2, 1, 1)


async def test_a_file_that_is_discarded_is_forgotten(shop: Shop) -> None:
    found = await checked(shop, orchids(address(), "kim"), appId=STORES)
    assert await rows_left(shop, found["id"]) == (0, 2)
    reply = await shop.call("POST", f"{IMPORTS}/{found['id']}/discard")
    assert (reply.status_code, reply.json()["state"]) == (202, "discarded")
    assert await rows_left(shop, found["id"]) == (0, 0)
    assert await requests_of(shop) == []
    refused = await shop.call("POST", f"{IMPORTS}/{found['id']}/confirm")
    assert refused.status_code == 409


async def test_only_the_rejected_lines_are_kept_after_an_import(shop: Shop) -> None:
    done = await confirmed(shop, orchids(address(), "kim"), appId=STORES)
    assert await rows_left(shop, done["id"]) == (0, 1)
    again = await shop.call("POST", f"{IMPORTS}/{done['id']}/confirm")
    assert (again.status_code, again.json()["state"]) == (202, "done")


async def test_all_rejected_lines_are_downloaded_for_a_spreadsheet(shop: Shop) -> None:
    rows = "".join(f"kim,=SUM({number})\n" for number in range(1200))
    found = await checked(shop, f"Email,SKU\n{rows}")
    assert (found["rejected"], len(found["rejectedLines"])) == (1200, 100)
    reply = await shop.call("GET", f"{IMPORTS}/{found['id']}/rejected")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "rejected.csv" in reply.headers["Content-Disposition"]
    read = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))
    assert read[0] == ["line", "reason", "Email", "SKU"]
    assert [row[0] for row in read[1:]] == [str(number) for number in range(2, 1202)]
    assert read[1][1].startswith("Email: ")
    assert read[1][2:] == ["kim", "'=SUM(0)"]


async def test_a_line_that_spoils_later_makes_the_whole_file_unusable(shop: Shop) -> None:
    content = f'email,sku\n{address()},A\n{address()},"A{"x" * 200_000}\n'
    made = await upload_list(shop, content)
    failed = await until_state(shop, made.json()["id"], "failed")
    assert "begins on line 3 has no end" in failed["trouble"]
    assert await rows_left(shop, failed["id"]) == (0, 0)


@pytest.mark.parametrize(
    ("content", "params", "status", "words"),
    [
        ("", {}, 400, "The file is empty."),
        ("name,sku\nKim,A\n", {}, 400, "none of them names the shopper's address"),
        ("email,product id\na@b.se,A\n", {}, 400, "say whose catalogue"),
        ("email,sku\na@b.se,A\n", {"appId": "other"}, 428, "not collected for this app"),
        ("email,sku\na@b.se,A\n", {"fileName": "a\nb"}, 400, "fileName"),
        ("x" * (20 * 1024**2 + 1), {}, 413, "20 MiB and 200,000 lines are the most"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
async def test_a_file_that_cannot_be_used_is_refused_at_once(
    shop: Shop, content: str, params: dict[str, str], status: int, words: str
) -> None:
    reply = await upload_list(shop, content, **params)
    assert reply.status_code == status
    assert words in reply.text
    assert await shop.store.imports.latest(shop.site, 1) == []


async def test_a_body_that_is_no_table_is_refused(shop: Shop) -> None:
    reply = await upload_list(shop, "{}", kind="application/json")
    assert reply.status_code == 415


async def test_nothing_of_a_shopper_stands_in_temporal(shop: Shop, temporal: Client) -> None:
    shopper = address()
    done = await confirmed(shop, orchids(shopper, "kim@"), appId=STORES)
    handle = temporal.get_workflow_handle(import_workflow_id(UUID(done["id"])))
    assert await handle.result() == "1 added, 0 wait already, 0 repeated, 1 rejected"
    history = (await handle.fetch_history()).to_json()
    assert shopper not in history
    assert "kim" not in history


async def test_an_erased_shopper_is_in_no_file_any_more(shop: Shop) -> None:
    shopper = address()
    found = await checked(shop, orchids(shopper, address()), appId=STORES)
    contact = (await v3(shop, "POST", "/contacts", {"email": shopper})).json()["id"]
    assert (await v3(shop, "DELETE", f"/contacts/{contact}")).status_code == 204
    await shop.call("POST", f"{IMPORTS}/{found['id']}/confirm")
    assert (await until_state(shop, found["id"], "done"))["added"] == 1
    assert shopper not in [request["email"] for request in await requests_of(shop)]


async def test_who_is_erased_while_their_line_is_being_added_is_erased_with_the_request(
    shop: Shop,
) -> None:
    shopper = address()
    found = await checked(shop, orchids(shopper), appId=STORES)
    contact = (await v3(shop, "POST", "/contacts", {"email": shopper})).json()["id"]
    record = await shop.store.imports.begin_adding(shop.site, UUID(found["id"]))
    assert record
    pool = shop.store.pool

    async def waits() -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    async with pool.acquire() as connection, connection.transaction():
        lines = "SELECT wanted FROM import_lines WHERE import_id = $1 FOR UPDATE"
        kept = Wanted.model_validate(await connection.fetchval(lines, record.id))
        erased = asyncio.create_task(v3(shop, "DELETE", f"/contacts/{contact}"))
        await eventually(waits, "the one to wait for the other")
        assert await Requests(connection).take_over(shop.site, kept, record.created_date, "")
    assert (await erased).status_code == 204
    assert await requests_of(shop) == []
    assert await shop.store.contacts.find(shop.site, shopper) is None


async def test_an_import_that_nobody_answers_is_forgotten_after_a_week(
    shop: Shop, temporal: Client
) -> None:
    found = await checked(shop, orchids(address()), appId=STORES)
    handle = temporal.get_workflow_handle(import_workflow_id(UUID(found["id"])))

    async def timers() -> list[timedelta]:
        return [
            event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            for event in (await handle.fetch_history()).events
            if event.HasField("timer_started_event_attributes")
        ]

    assert await eventually(timers, "the wait for an answer") == [timedelta(days=7)]


async def test_then_nothing_of_its_file_is_kept(
    shop: Shop, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_import, "_OWNER_HAS", timedelta(milliseconds=100))
    content = orchids(address(), "kim").encode()
    heading = ["email", "product id", "product", "price"]
    found = await shop.store.imports.create(shop.site, "a.csv", STORES, heading, content)
    queue = f"imports-{uuid4()}"
    async with Worker(
        temporal,
        task_queue=queue,
        workflows=[RequestImport],
        activities=[ImportRequests(shop.store, Engine(temporal).start_request).discard_import],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        asked = ImportInput(site=shop.site, import_id=found.id)
        ended = await temporal.execute_workflow(
            RequestImport.run, asked, id=import_workflow_id(found.id), task_queue=queue
        )
    now = await shop.store.imports.get(shop.site, found.id)
    assert now
    assert (ended, now.state, now.rejected) == ("discarded", "discarded", 1)
    assert await rows_left(shop, str(found.id)) == (0, 0)


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [
        ("done", 29, True),
        ("done", 31, False),
        ("discarded", 31, False),
        ("failed", 31, False),
        ("ready", 8, True),
        ("ready", 10, False),
        ("checking", 10, False),
    ],
)
async def test_reports_are_kept_for_thirty_days_and_abandoned_files_for_nine(
    shop: Shop, temporal: Client, state: str, days: int, kept: bool
) -> None:
    found = await shop.store.imports.create(shop.site, "a.csv", "", ["email"], b"email")
    await shop.store.pool.execute(
        "UPDATE imports SET state = $2, updated_date = now() - make_interval(days => $3) "
        "WHERE id = $1",
        *(found.id, state, days),
    )
    await reconcile(temporal)
    assert (await shop.store.imports.get(shop.site, found.id) is not None) is kept


async def test_what_is_older_than_the_policy_keeps_is_rejected(shop: Shop) -> None:
    await shop.call("PATCH", "/v1/policy", {"expireAfterDays": 30})
    found = await checked(shop, f"email,sku,date\n{address()},A,2020-01-01\n")
    [line] = found["rejectedLines"]
    assert line["problems"] == [
        {"column": "date", "text": "is longer ago than your policy keeps requests"}
    ]


async def half_added(shop: Shop, shoppers: list[str]) -> ImportInput:
    """An import of which one batch was added, by a worker that died before it started any."""
    rows = "".join(f"{shopper},A\n" for shopper in shoppers)
    found = await checked(shop, f"email,sku\n{rows}")
    record = await shop.store.imports.begin_adding(shop.site, UUID(found["id"]))
    assert record
    assert await shop.store.imports.add_next(record)
    return ImportInput(site=shop.site, import_id=record.id)


async def test_a_retry_goes_on_behind_the_last_batch_and_the_reconciler_starts_the_rest(
    shop: Shop, temporal: Client
) -> None:
    shoppers = [address() for _ in range(450)]
    asked = await half_added(shop, shoppers)
    started: list[WaitingStart] = []

    async def start(request: WaitingStart) -> None:
        started.append(request)

    again = ImportRequests(shop.store, start)
    outcome = await ActivityEnvironment().run(again.add_imported, asked)
    assert (outcome.added, outcome.to_add, len(started)) == (450, 450, 250)
    assert not any(request.tell_owner for request in started)
    sql = "SELECT count(*), count(DISTINCT address_key) FROM requests WHERE site = $1"
    assert tuple(await shop.store.pool.fetchrow(sql, shop.site) or ()) == (450, 450)
    await reconcile(temporal)
    left = "SELECT count(*) FROM requests WHERE site = $1 AND NOT workflow_started"
    assert await shop.store.pool.fetchval(left, shop.site) == 0
    once_more = await ActivityEnvironment().run(again.add_imported, asked)
    assert (once_more, len(started)) == (outcome, 250)


async def test_two_workers_that_add_the_same_file_at_once_add_nobody_twice(shop: Shop) -> None:
    shoppers = [address() for _ in range(400)]
    asked = await half_added(shop, shoppers)
    record = await shop.store.imports.get(shop.site, asked.import_id)
    assert record
    await asyncio.gather(*(shop.store.imports.add_next(record) for _ in range(3)))
    now = await shop.store.imports.get(shop.site, asked.import_id)
    assert now
    assert (now.added, now.waiting) == (400, 0)


async def test_an_unfinished_dry_run_is_begun_anew(shop: Shop) -> None:
    content = orchids(address(), address()).encode()
    found = await shop.store.imports.create(
        shop.site, "a.csv", STORES, ["email", "product id", "product", "price"], content
    )
    await shop.store.imports.keep_lines(found, [ReadLine(2, [], "", None, [Problem("", "x")])])

    async def start(request: WaitingStart) -> None:
        raise AssertionError(request.id)

    check = ImportRequests(shop.store, start).check_import
    asked = ImportInput(site=shop.site, import_id=found.id)
    outcome = await ActivityEnvironment().run(check, asked)
    assert (outcome.to_add, outcome.rejected) == (2, 0)
    assert await ActivityEnvironment().run(check, asked) == outcome


async def test_an_import_of_nobody_is_not_found(shop: Shop) -> None:
    for method, path in (("GET", ""), ("POST", "/confirm"), ("POST", "/discard")):
        reply = await shop.call(method, f"{IMPORTS}/{uuid4()}{path}")
        assert reply.status_code == 404, path


async def test_the_order_of_a_file_is_the_order_of_the_queue(shop: Shop) -> None:
    shoppers = [address() for _ in range(5)]
    rows = "".join(f"{shopper},A\n" for shopper in shoppers)
    await confirmed(shop, f"email,sku\n{rows}")
    query = {"query": {"sort": [{"fieldName": "createdDate", "order": "ASC"}]}}
    found = (await shop.call("POST", f"{BASE}/query", query)).json()["requests"]
    assert [each["email"] for each in found] == shoppers


async def test_an_item_that_is_named_by_its_sku_is_of_the_locale_of_the_shops_feed(
    shop: Shop,
) -> None:
    await keep_products(shop, "sv-se", "A")
    ours, theirs = address(), address()
    rows = f"{ours},A,,\n{theirs},A,,da-DK\n{address()},orchid,{STORES},\n"
    await confirmed(shop, f"email,sku,app id,locale\n{rows}")
    sql = "SELECT email, locale FROM requests WHERE site = $1 AND locale IS NOT NULL"
    found = {row["email"]: row["locale"] for row in await shop.store.pool.fetch(sql, shop.site)}
    assert found == {ours: "sv-se", theirs: "da-DK"}


async def test_an_item_can_be_named_with_its_variant(shop: Shop) -> None:
    text = f"email,product id,variant id\n{address()},orchid,blue\n"
    await confirmed(shop, text, appId=STORES)
    [request] = await requests_of(shop)
    assert request["catalogReference"]["options"] == {"variantId": "blue"}
    key = CatalogReference(
        app_id=STORES, catalog_item_id="orchid", options={"variantId": "blue"}
    ).item_key
    assert await shop.store.requests.count_open(shop.site, [key]) == {key: 1}
