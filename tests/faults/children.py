"""The processes of a `restock up`, for who wants to kill them."""

import json
import os
import signal
import time
from contextlib import suppress
from typing import Literal

import psutil
from restock_up import Up

from faults.patience import until

Name = Literal["worker", "api", "postgres", "temporal"]

_LOOK_SECONDS = 0.02


def pid_of(up: Up, name: Name) -> int:
    """The process of a child, as `run.json` says."""
    found = up.run_file()
    return int(found["workers"][0] if name == "worker" else found[name])


async def replaced(up: Up, name: Name, number: signal.Signals = signal.SIGKILL) -> float:
    """End a child; returns when the process that takes its place was there."""
    old = pid_of(up, name)
    os.kill(old, number)
    return await _there(up, name, old)


def kill_all(up: Up) -> None:
    """Kill an `up` and everything below it, as when the machine loses power."""
    parent = psutil.Process(up.process.pid)
    for process in (parent, *parent.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    up.process.wait()


async def worker_there(up: Up) -> float:
    """Wait for the first worker of an `up` that is starting; returns when it was there."""
    return await _there(up, "worker", old=0)


async def _there(up: Up, name: Name, old: int) -> float:
    async def is_there() -> bool:
        assert not up.ended(), up.output
        # Of an `up` that was killed, the file stays until the next one has cleared up.
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return up.run_file()["up"] == up.process.pid and pid_of(up, name) != old
        return False

    await until(is_there, _LOOK_SECONDS)
    return time.time()
