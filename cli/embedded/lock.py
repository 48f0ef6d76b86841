"""One `restock up` per data directory, and short database commands one after another."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import psutil

from cli.embedded.errors import AlreadyRunningError, DataDirBusyError

Role = Literal["up", "command"]

PATIENCE = 60.0
_PAUSE = 0.05


@asynccontextmanager
async def claimed(data_dir: Path, role: Role, patience: float = PATIENCE) -> AsyncIterator[None]:
    """Hold the data directory. The kernel lets go of it when this process dies in any way.

    Raises `AlreadyRunningError` when `restock up` holds it, and `DataDirBusyError` when short
    commands hold it for longer than `patience` seconds.
    """
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await _take(descriptor, data_dir, patience)
        _write(descriptor, f"{os.getpid()} {role}\n")
        try:
            yield
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def _write(descriptor: int, holder: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.encode(), 0)


async def _take(descriptor: int, data_dir: Path, patience: float) -> None:
    for _ in range(max(1, round(patience / _PAUSE))):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _refuse_beside_up(descriptor, data_dir)
        await asyncio.sleep(_PAUSE)
    raise DataDirBusyError(data_dir)


def _refuse_beside_up(descriptor: int, data_dir: Path) -> None:
    """A holder that has not written its name yet, or a dead one's name, is asked for again."""
    pid, _, role = os.pread(descriptor, 100, 0).decode().strip().partition(" ")
    if role == "up" and psutil.pid_exists(int(pid)):
        raise AlreadyRunningError(data_dir, int(pid))
