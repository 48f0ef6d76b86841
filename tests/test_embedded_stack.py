"""`restock up` as its users and its enemies see it: started, killed, started again, stopped."""

import os
import signal
import smtplib
import stat
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import asyncpg
import psutil
import pytest
from restock_up import PATIENCE, Up, eventually, lives
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from cli.embedded.postgres import database_of


@pytest.fixture(scope="module")
def up(start: Callable[..., Up]) -> Up:
    return start().until_ready()


def test_run_json_holds_the_processes_and_addresses(up: Up) -> None:
    content = up.run_file()
    addresses = content.pop("addresses")
    assert content.keys() == {"up", "postgres", "temporal", "api", "workers"}
    assert content["up"] == up.process.pid
    children = {child.pid for child in psutil.Process(up.process.pid).children()}
    assert children == {content["postgres"], content["temporal"], content["api"]} | set(
        content["workers"]
    )
    assert addresses.keys() == {"api", "temporal", "temporal_ui", "smtp", "database"}
    assert addresses["api"] == f"http://127.0.0.1:{up.ports['port']}"
    assert addresses["temporal"] == f"127.0.0.1:{up.ports['temporal_port']}"
    assert addresses["temporal_ui"] == f"http://127.0.0.1:{up.ports['temporal_ui_port']}"


def test_what_holds_secrets_is_readable_by_the_owner_only(up: Up) -> None:
    files = [up.data_dir / name for name in ("run.json", "owner.key", "temporal.db")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_new_owner_key_is_printed_and_kept(up: Up) -> None:
    key = (up.data_dir / "owner.key").read_text().strip()
    assert key.startswith("rsk_owner_")
    assert len(key) == len("rsk_owner_") + 32
    assert key in up.output


def test_output_that_is_no_terminal_has_no_control_codes(up: Up) -> None:
    assert "\x1b" not in up.output
    assert "\r" not in up.output


def test_a_second_up_on_the_data_dir_is_refused(up: Up, start: Callable[..., Up]) -> None:
    second = start(up.data_dir)
    assert second.process.wait(PATIENCE) == 1
    assert f"kill {up.process.pid}" in second.output
    assert up.is_ready()


@pytest.mark.parametrize("name", ["port", "temporal_port", "temporal_ui_port"])
def test_a_port_in_use_is_named_with_its_flag(up: Up, start: Callable[..., Up], name: str) -> None:
    second = start(**{name: up.ports[name]})
    assert second.process.wait(PATIENCE) == 1
    assert f"Port {up.ports[name]} " in second.output
    assert f"--{name.replace('_', '-')}" in second.output


async def test_temporal_keeps_closed_runs_for_a_week_and_knows_the_search_attributes(
    up: Up,
) -> None:
    client = await Client.connect(up.run_file()["addresses"]["temporal"])
    namespace = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta().days == 7
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default")
    )
    assert {"RestockSite", "RestockItem"} <= known.custom_attributes.keys()


async def test_short_commands_use_the_running_database(up: Up) -> None:
    async with database_of(up.data_dir) as dsn:
        assert dsn == up.run_file()["addresses"]["database"]
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SHOW max_connections") == "200"
        await connection.close()
    assert up.is_ready()


def test_the_mailbox_stores_refuses_and_defers(up: Up) -> None:
    host, port = up.run_file()["addresses"]["smtp"].removeprefix("smtp://").split(":")
    message = EmailMessage()
    message["Subject"] = "Back in stock: Café Blüte"
    message.set_content("It is back.")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.send_message(message, "shop@example.test", ["blüte@example.test"])
        [stored] = (up.data_dir / "mailbox" / "new").iterdir()
        assert "Delivered-To: blüte@example.test" in stored.read_text(encoding="utf-8")
        assert "It is back." in stored.read_text(encoding="utf-8")
        for recipient, code in (("refused.1@example.test", 550), ("Deferred@example.test", 451)):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                smtp.send_message(message, "shop@example.test", [recipient])
            assert refused.value.recipients[recipient][0] == code


@pytest.mark.parametrize("name", ["workers", "api", "temporal", "postgres"])
def test_a_killed_child_is_started_again(up: Up, name: str) -> None:
    def pids() -> list[int]:
        found = up.run_file()[name]
        return found if isinstance(found, list) else [found]

    before = pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(before) & set(pids()), f"{name} has a new process in run.json")
    eventually(up.is_ready, f"ready after {name} was killed")
    assert all(lives(psutil.Process(pid)) for pid in pids())
    up.family = psutil.Process(up.process.pid).children(recursive=True)


async def _execute(up: Up, sql: str) -> Any:
    connection = await asyncpg.connect(up.run_file()["addresses"]["database"])
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_killed_up_is_recovered_with_its_data(start: Callable[..., Up]) -> None:
    first = start().until_ready()
    await _execute(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.process.kill()
    first.process.wait()
    second = start(first.data_dir, **first.ports).until_ready()
    assert await _execute(second, "SELECT answer FROM kept") == 42
    assert not [process for process in first.family if lives(process)]
    assert (second.data_dir / "owner.key").read_text().strip() not in second.output
    assert second.stop() == 0


async def test_a_stopped_stack_leaves_its_data_and_nothing_else(start: Callable[..., Up]) -> None:
    up = start().until_ready()
    assert up.stop(signal.SIGINT) == 0
    assert not [process for process in up.family if lives(process)]
    assert not (up.data_dir / "run.json").exists()
    async with database_of(up.data_dir) as dsn:
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT count(*) FROM sites") == 1
        server = psutil.Process(connection.get_server_pid()).parent()
        await connection.close()
    assert server is not None
    assert not lives(server)
