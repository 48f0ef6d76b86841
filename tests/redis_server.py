"""A Redis server of the tests' own."""

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PATIENCE = 20.0


def redis_binary() -> str:
    """The server that came with the development packages, or one of this machine."""
    beside_python = Path(sys.executable).with_name("redis-server")
    found = str(beside_python) if beside_python.exists() else shutil.which("redis-server")
    if not found:
        pytest.skip("no redis-server: there is no package of it for this Python and machine")
    return found


@dataclass
class RedisServer:
    """A server on one port, which a test may end and start again."""

    port: int
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [redis_binary(), f"--port {self.port}", "--bind 127.0.0.1", "--save", ""],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, "the Redis server did not start"
            time.sleep(0.02)

    def end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
