"""`restock up` in a process of its own, for tests that kill what it starts."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

PATIENCE = 60.0
FOREIGN = ("RESTOCK_", "TEMPORAL_")


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Up:
    """One `restock up` in a process of its own; `settings` are its `RESTOCK_*` variables."""

    def __init__(
        self,
        data_dir: Path,
        owner_key: str | None = None,
        settings: Mapping[str, str] | None = None,
        **ports: int,
    ) -> None:
        self.data_dir, self.owner_key = data_dir, owner_key or ""
        self.settings = dict(settings or {})
        names = ("port", "temporal_port", "temporal_ui_port")
        self.ports = {name: ports.get(name) or free_port() for name in names}
        self.log = data_dir.with_suffix(f".{time.monotonic_ns()}.out")
        self.family: list[psutil.Process] = []
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*(sys.executable, "-m", "cli", "up", "--data-dir", str(data_dir)), *self._flags()],
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        given = {"RESTOCK_OWNER_KEY": self.owner_key} if self.owner_key else {}
        return clean | given | self.settings

    def _flags(self) -> list[str]:
        return [f"--{name.replace('_', '-')}={port}" for name, port in self.ports.items()]

    @property
    def output(self) -> str:
        return self.log.read_text()

    def run_file(self) -> dict[str, Any]:
        content = json.loads((self.data_dir / "run.json").read_text())
        assert isinstance(content, dict)
        return content

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["port"], timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def until_ready(self) -> "Up":
        eventually(lambda: "Restock is running" in self.output or self.ended(), "start")
        assert not self.ended(), self.output
        assert self.is_ready()
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return self

    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def clean_up(self) -> None:
        """Whatever became of the test: nothing of this stack stays."""
        if not self.ended():
            self.family += psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            self.process.wait()
        for process in filter(lives, self.family):
            process.kill()
