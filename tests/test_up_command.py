"""The parts of `restock up`, one at a time."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import psutil
import pytest
import typer
from test_smtp_pool import mail
from typer.testing import CliRunner

from activities.smtp import MailDeferredError, SmtpPool
from activities.smtp_server import SmtpServer
from cli.embedded import cluster
from cli.embedded.apps import worker_environment
from cli.embedded.errors import NoStackError, StartError
from cli.embedded.files import owner_key, prepare_data_dir
from cli.embedded.leftovers import end_leftovers
from cli.embedded.mailbox import start_mailbox
from cli.embedded.options import StackOptions, child_environment, stack_options
from cli.embedded.postgres import database_of
from cli.embedded.process import Command, last_lines
from cli.embedded.run_file import Addresses, RunFile, write_run_file
from cli.embedded.stack import running_stack
from cli.embedded.supervisor import Supervisor, all_ready
from cli.up import up
from domain.settings import load_settings

ADDRESSES = Addresses(
    api="http://127.0.0.1:8080",
    temporal="127.0.0.1:7233",
    temporal_ui="http://127.0.0.1:8233",
    smtp="smtp://127.0.0.1:1025",
    database="postgresql://postgres@/postgres?host=/data&port=5432",
)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RESTOCK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    data_dir = tmp_path / "data"
    prepare_data_dir(data_dir)
    return data_dir


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that is none of ours, though it has the word `worker` in its arguments."""
    process = subprocess.Popen([sys.executable, "-c", "input()", "worker"], stdin=subprocess.PIPE)
    with process:
        yield process
        process.kill()


@pytest.fixture
def of_postgres_user() -> Iterator[subprocess.Popen[bytes]]:
    """A living process of the user that Postgres runs as, who may signal it."""
    with subprocess.Popen(["sleep", "60"], user=cluster.system_user()) as process:
        yield process
        process.kill()


def _options(data_dir: Path, **given: str) -> StackOptions:
    ports = {}
    for name in ("PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT"):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            ports[f"RESTOCK_{name}"] = str(probe.getsockname()[1])
    environment = {"PATH": os.environ["PATH"], "RESTOCK_DATA_DIR": str(data_dir)}
    return stack_options(environment | ports | given)


async def test_a_part_that_dies_at_the_start_is_shown_with_its_last_words(data_dir: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    code = "import os, sys; sys.exit('no luck ' + os.environ['TEMPORAL_NAMESPACE'])"
    options = _options(data_dir)
    options = StackOptions(options.settings, options.environment, (sys.executable, "-c", code))
    with pytest.raises(StartError, match="ended with code 1 while starting") as error:
        async with running_stack(options):
            pytest.fail("it must not start")
    assert "no luck default" in str(error.value)
    assert set(psutil.Process().children(recursive=True)) <= before
    assert not (data_dir / "run.json").exists()


async def test_a_process_that_took_over_a_recorded_pid_is_left_alone(
    data_dir: Path, bystander: subprocess.Popen[bytes]
) -> None:
    pid = bystander.pid
    content = RunFile(up=1, postgres=pid, temporal=pid, api=pid, workers=[pid], addresses=ADDRESSES)
    write_run_file(data_dir, content)
    before_it_was_born = psutil.Process(pid).create_time() - 60
    os.utime(data_dir / "run.json", (before_it_was_born, before_it_was_born))
    assert await end_leftovers(data_dir) == 0
    assert bystander.poll() is None


async def test_a_recorded_worker_that_still_runs_is_ended(
    data_dir: Path, bystander: subprocess.Popen[bytes]
) -> None:
    pid = bystander.pid
    content = RunFile(up=1, postgres=1, temporal=1, api=1, workers=[pid], addresses=ADDRESSES)
    write_run_file(data_dir, content)
    assert await end_leftovers(data_dir) == 1
    assert bystander.wait(10) == -signal.SIGTERM


async def test_a_database_survives_pid_reuse_odd_paths_and_an_interrupted_first_start(
    tmp_path: Path, of_postgres_user: subprocess.Popen[bytes]
) -> None:
    data_dir = tmp_path / ("d, ir?x#%20" + "y" * 100)
    abandoned = data_dir / "postgres.new-1" / "half"
    abandoned.mkdir(parents=True)
    async with database_of(data_dir, create=True) as dsn:
        await _execute(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    cluster.make_socket_directory(data_dir)
    for left in (data_dir / "postgres" / "postmaster.pid", socket_lock(data_dir)):
        left.write_text(f"{of_postgres_user.pid}\n{data_dir}\n")
    async with database_of(data_dir) as dsn:
        assert await _execute(dsn, "SELECT answer FROM kept") == 42
    assert not abandoned.exists()
    assert not cluster.socket_directory(data_dir).exists()


def socket_lock(data_dir: Path) -> Path:
    return cluster.socket_directory(data_dir) / ".s.PGSQL.5432.lock"


async def test_short_commands_on_one_data_dir_wait_for_each_other(data_dir: Path) -> None:
    async def name_of_database() -> object:
        async with database_of(data_dir, create=True) as dsn:
            return await _execute(dsn, "SELECT current_database()")

    answers = await asyncio.gather(name_of_database(), name_of_database())
    assert set(answers) == {"postgres"}


async def test_a_data_dir_without_a_stack_is_named_in_the_error(data_dir: Path) -> None:
    with pytest.raises(NoStackError, match=f"restock up --data-dir {data_dir}"):
        async with database_of(data_dir):
            pytest.fail("there is no database")


async def _execute(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_the_owner_key_is_made_once_and_a_given_one_is_not_kept(data_dir: Path) -> None:
    assert owner_key(data_dir, "rsk_owner_mine").key == "rsk_owner_mine"
    assert not (data_dir / "owner.key").exists()
    made = owner_key(data_dir, None)
    found = owner_key(data_dir, None)
    assert (made.is_new, found.is_new) == (True, False)
    assert made.key == found.key


def test_children_get_all_settings_and_no_foreign_temporal(data_dir: Path) -> None:
    smtp_file = data_dir / "smtp"
    smtp_file.write_text("smtp://relay.test")
    given = {
        "RESTOCK_SMTP_URL_FILE": str(smtp_file),
        "RESTOCK_OWNER_EMAIL": "me@shop.test",
        "TEMPORAL_API_KEY": "of the cloud",
        "PGPORT": "6000",
    }
    options = _options(data_dir, **given)
    assert not options.catches_mail
    env = child_environment(options, ADDRESSES.model_copy(update={"smtp": None}))
    assert env["RESTOCK_SMTP_URL_FILE"] == str(smtp_file)
    assert env["RESTOCK_OWNER_EMAIL"] == "me@shop.test"
    assert env["RESTOCK_PUBLIC_URL"] == ADDRESSES.api
    assert not {"TEMPORAL_API_KEY", "PGPORT", "RESTOCK_MAILBOX_DIR"} & env.keys()


def test_the_mailbox_takes_the_place_of_a_missing_mail_server(data_dir: Path) -> None:
    options = _options(data_dir)
    env = child_environment(options, ADDRESSES)
    assert options.catches_mail
    assert env["RESTOCK_SMTP_URL"] == ADDRESSES.smtp
    assert env["RESTOCK_MAILBOX_DIR"] == str(data_dir / "mailbox")


def test_each_worker_serves_its_metrics_at_a_port_of_its_own(data_dir: Path) -> None:
    file = data_dir / "metrics"
    file.write_text("[::1]:9464")
    options = _options(data_dir, RESTOCK_METRICS_ADDRESS_FILE=str(file))
    env = child_environment(options, ADDRESSES)
    own = [worker_environment(env, options.settings, number) for number in (1, 2, 3)]
    assert [load_settings(each).metrics_address for each in own] == [
        f"[::1]:{port}" for port in (9464, 9465, 9466)
    ]
    silent = _options(data_dir)
    env = child_environment(silent, ADDRESSES)
    assert worker_environment(env, silent.settings, 2) == env


def test_a_misspelt_setting_is_refused_before_anything_starts(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(up)
    data_dir = tmp_path / "data"
    result = CliRunner().invoke(app, ["--data-dir", str(data_dir)], env={"RESTOCK_PROT": "1"})
    assert result.exit_code == 1
    assert "Did you mean RESTOCK_PORT" in result.stderr
    assert not data_dir.exists()


async def _is_written(log: Path) -> None:
    while True:
        if last_lines(log):
            return
        await asyncio.sleep(0.01)


async def test_a_child_that_will_not_stop_is_killed_when_the_user_is_in_a_hurry(
    data_dir: Path,
) -> None:
    code = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    log = data_dir / "logs" / "stubborn.log"
    stubborn = Command("stubborn", (sys.executable, "-c", code), {}, log, ((signal.SIGTERM, 600),))
    supervisor = Supervisor(tell=lambda text: None, hurry=asyncio.Event())
    async with AsyncExitStack() as undo:
        [child] = await supervisor.start(stubborn, undo=undo)
        process = psutil.Process(child.pid)
        await all_ready([child], _is_written(log))
        supervisor.hurry.set()
    assert not process.is_running()


async def test_a_mailbox_that_cannot_store_a_mail_puts_it_off_and_refuses_nobody(
    data_dir: Path,
) -> None:
    async with AsyncExitStack() as undo:
        url = await start_mailbox(data_dir / "mailbox", undo)
        pool = SmtpPool(SmtpServer.from_url(url))
        undo.push_async_callback(pool.close)
        shutil.rmtree(data_dir / "mailbox" / "tmp")
        with pytest.raises(MailDeferredError, match=r"452 4\.3\.1") as put_off:
            await pool.send(mail(), patience=5)
    assert put_off.value.pushback
