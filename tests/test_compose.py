"""The production set-up: docker-compose.yml, .env.example, Dockerfile and .dockerignore."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.testing import WorkflowEnvironment

from domain.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parent.parent
COMPOSE_FILE = ROOT / "docker-compose.yml"
ENV_EXAMPLE = ROOT / ".env.example"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BIN = Path(sys.executable).parent


def _conditions(service: str) -> dict[str, str]:
    needs: dict[str, dict[str, str]] = SERVICES[service].get("depends_on", {})
    return {name: need["condition"] for name, need in needs.items()}


def _script(service: str) -> list[str]:
    """The command line of a one-shot service, as its container runs it."""
    line: list[str] = [*SERVICES[service]["entrypoint"], *SERVICES[service]["command"]]
    return [word.replace("$$", "$") for word in line]


def _run(service: str, environment: dict[str, str]) -> None:
    subprocess.run(_script(service), env=environment, check=True)


# --- the file itself


def test_the_file_follows_the_compose_specification() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, str(COMPOSE_FILE)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_published_on_this_machine_only(service: str) -> None:
    ports = SERVICES[service].get("ports", [])
    assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []


def test_no_two_services_publish_the_same_port() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    defaults = [re.sub(r"\$\{\w+:-(\d+)\}", r"\1", port) for port in ports]
    published = [port.rpartition(":")[0] for port in defaults]
    assert len(set(published)) == len(published)


@pytest.mark.parametrize("service", SERVICES)
def test_images_have_a_full_version(service: str) -> None:
    assert re.search(r":v?\d+\.\d+(\.\d+)?$", SERVICES[service]["image"])


@pytest.mark.parametrize("service", SERVICES)
def test_passwords_and_keys_are_not_in_the_file(service: str) -> None:
    secret = {
        name: value
        for name, value in SERVICES[service].get("environment", {}).items()
        if re.search(r"PASSWORD|PWD|KEY|DATABASE_URL", name)
    }
    assert [name for name, value in secret.items() if ":?" not in value] == []


# --- Restock


def test_every_process_of_restock_runs_the_same_image_of_this_version() -> None:
    images = {SERVICES[name]["image"] for name in ("migrate", "api", "worker")}
    assert images == {f"restock:{PROJECT['project']['version']}"}


@pytest.mark.parametrize("path", [COMPOSE_FILE, ENV_EXAMPLE], ids=lambda path: path.name)
def test_every_restock_variable_is_a_setting(path: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]*[A-Z])\b", path.read_text()))
    known = {name.upper() for name in Settings.model_fields}
    assert named
    assert {name for name in named if name.removesuffix("_FILE") not in known} == set()


@pytest.mark.parametrize("service", ["migrate", "api", "worker"])
def test_restock_accepts_the_environment_it_is_given(service: str) -> None:
    settings = load_settings(SERVICES[service]["environment"])
    assert settings.host == "0.0.0.0"
    assert "@postgres:5432/" in settings.database_url.get_secret_value()


def test_every_variable_that_must_be_given_is_in_the_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", COMPOSE_FILE.read_text()))
    offered = set(re.findall(r"^(\w+)=$", ENV_EXAMPLE.read_text(), re.MULTILINE))
    assert needed == offered


def test_mail_is_caught_until_a_server_is_named() -> None:
    url = SERVICES["worker"]["environment"]["RESTOCK_SMTP_URL"]
    assert url == "${RESTOCK_SMTP_URL:-smtp://mailpit:1025}"
    assert "mailpit" in SERVICES


@pytest.mark.parametrize("service", ["api", "worker"])
def test_migrations_and_namespace_come_first(service: str) -> None:
    done = "service_completed_successfully"
    assert _conditions(service) == {"migrate": done, "temporal-namespace": done}


def test_migrations_wait_for_postgres() -> None:
    assert _conditions("migrate") == {"postgres": "service_healthy"}
    assert "healthcheck" in SERVICES["postgres"]


def test_workers_can_be_multiplied() -> None:
    assert SERVICES["worker"].keys().isdisjoint({"ports", "container_name"})


def test_a_worker_has_time_to_finish_the_mail_in_flight() -> None:
    grace: timedelta = Settings.model_fields["shutdown_grace"].default
    given = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert given > grace.total_seconds()


class _Readiness(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def readiness() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Readiness)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_api_is_healthy_when_it_is_ready(
    readiness: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, status: int, healthy: bool
) -> None:
    monkeypatch.setattr(_Readiness, "status", status)
    kind, program, *arguments = SERVICES["api"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    inside = f":{SERVICES['api']['environment']['RESTOCK_PORT']}/"
    here = [word.replace(inside, f":{readiness.server_port}/") for word in arguments]
    done = subprocess.run([sys.executable, *here], capture_output=True)
    assert (done.returncode == 0) is healthy


# --- Temporal


def test_temporal_starts_with_512_history_shards() -> None:
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def test_temporal_waits_for_its_tables() -> None:
    assert _conditions("temporal-schema") == {"postgres": "service_healthy"}
    assert _conditions("temporal") == {"temporal-schema": "service_completed_successfully"}
    assert _conditions("temporal-namespace") == {"temporal": "service_healthy"}


def test_tables_and_server_are_of_the_same_version() -> None:
    names = ("temporal-schema", "temporal-namespace", "temporal")
    assert len({SERVICES[name]["image"].rpartition(":")[2] for name in names}) == 1


def test_temporal_finds_its_dynamic_configuration() -> None:
    path = SERVICES["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"]
    [mounted] = [c for c in SERVICES["temporal"]["configs"] if c["target"] == path]
    content = yaml.safe_load(COMPOSE["configs"][mounted["source"]]["content"])
    assert all("value" in rule for rules in content.values() for rule in rules)


def test_postgres_has_connections_for_temporal_and_restock() -> None:
    [most] = [w for w in SERVICES["postgres"]["command"] if w.startswith("max_connections=")]
    # The defaults of the server's image: 20 and 10 for each of its four services.
    temporal = 4 * (20 + 10)
    restock = 2 * Settings.model_fields["database_connections"].default
    assert int(most.partition("=")[2]) >= temporal + restock


def _temporal_cli(address: str, *arguments: str) -> Any:
    line = [str(BIN / "temporal"), *arguments, "--address", address, "--output", "json"]
    return json.loads(subprocess.run(line, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("namespace", ["default", "another"], ids=["existing", "new"])
async def test_the_namespace_set_up_can_run_twice(namespace: str) -> None:
    binary = str(BIN / "temporal")
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=binary) as env:
        address = env.client.service_client.config.target_host
        given = {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "TEMPORAL_ADDRESS": address,
            "TEMPORAL_NAMESPACE": namespace,
        }
        of = ("--namespace", namespace)
        for _ in range(2):
            await asyncio.to_thread(_run, "temporal-namespace", given)
            described = _temporal_cli(address, "operator", "namespace", "describe", *of)
            assert described["config"]["workflowExecutionRetentionTtl"] == f"{30 * 24 * 3600}s"
            listed = _temporal_cli(address, "operator", "search-attribute", "list", *of)
            assert {"RestockSite", "RestockItem"} <= set(json.dumps(listed).split('"'))


def test_the_set_up_scripts_are_valid_shell() -> None:
    shell = shutil.which("sh")
    assert shell
    for name in ("temporal-schema", "temporal-namespace"):
        *_, script = _script(name)
        subprocess.run([shell, "-n", "-c", script], check=True)


# --- the image


def test_the_image_is_given_every_package_and_no_secret() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    given = {line.removeprefix("!") for line in lines if line.startswith("!")}
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert "*" in lines
    assert given == {*packages, "pyproject.toml", "requirements.production.lock", "LICENSE"}


def test_the_image_runs_the_python_of_the_tests_without_rights() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    target = PROJECT["tool"]["ruff"]["target-version"].removeprefix("py3")
    assert set(bases) == {f"python:3.{target}-slim-trixie"}
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
