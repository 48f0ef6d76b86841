"""Starting one child process so that it logs to a file and never outlives its parent on Linux."""

import asyncio
import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LOG_LIMIT = 10 * 1024 * 1024
_LINES_SHOWN = 15


@dataclass(frozen=True)
class Command:
    """How to run one child. `stop` lists the signals that end it, each with the seconds it gets
    before the next; SIGKILL comes last in any case."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    stop: tuple[tuple[signal.Signals, float], ...]
    user: str | None = None
    cwd: Path | None = None
    before_start: Callable[[], None] = lambda: None


async def spawn(command: Command) -> asyncio.subprocess.Process:
    """Start the command. Raises `OSError` when the program cannot be run."""
    command.before_start()
    with command.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *command.argv,
            env=command.env,
            cwd=command.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in a terminal reaches the whole foreground group: children must not hear it,
            # or Postgres would stop before the workers have drained.
            process_group=0,
            umask=0o077,
            preexec_fn=_end_with_parent(command.stop[0][0]),
            **_identity(command.user),
        )


async def run_once(command: Command) -> int:
    """Run a command to its end and return its exit code; it ends when we are cancelled."""
    process = await spawn(command)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _identity(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return in_child


def make_room(log: Path) -> None:
    """Keep a grown log once as `.1`, so that logs stay bounded over restarts."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def last_lines(log: Path, since: int = 0) -> str:
    """The end of the log, of what was written after the first `since` bytes."""
    with log.open("rb") as file:
        file.seek(max(since, file.seek(0, os.SEEK_END) - 16_384))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-_LINES_SHOWN:])
