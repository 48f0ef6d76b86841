"""Ending what a killed `restock up` left behind on its data directory."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from cli.embedded import cluster
from cli.embedded.run_file import read_run_file, remove_run_file, run_file_of

GRACE = 10.0
_PAUSE = 0.05
# How far a process' recorded start may be off the clock that dates files.
_CLOCK_SLACK = 2.0


async def end_leftovers(data_dir: Path) -> int:
    """End the processes of the last `up`, the database last; returns how many there were.

    To be called while holding the data directory. A pid from run.json counts only while it is
    still the process that was written down.
    """
    processes = _recorded_processes(data_dir)
    await _end(processes, signal.SIGTERM)
    server = cluster.postmaster(data_dir)
    await _end([server] if server else [], signal.SIGINT)
    remove_run_file(data_dir)
    return len(processes) + (server is not None)


def _recorded_processes(data_dir: Path) -> list[psutil.Process]:
    content = read_run_file(data_dir)
    if content is None:
        return []
    written_at = run_file_of(data_dir).stat().st_mtime
    words = {content.temporal: "temporal.db", content.api: "api"}
    words |= dict.fromkeys(content.workers, "worker")
    return [
        process
        for pid, word in words.items()
        if (process := _still_the_same(pid, word, written_at)) is not None
    ]


def _still_the_same(pid: int, word: str, written_at: float) -> psutil.Process | None:
    """A later process under the same pid started after run.json was written."""
    try:
        process = psutil.Process(pid)
        same = word in process.cmdline() and process.create_time() < written_at + _CLOCK_SLACK
    except psutil.Error:
        return None
    return process if same else None


async def _end(processes: list[psutil.Process], number: signal.Signals) -> None:
    for polite in (number, signal.SIGKILL):
        for process in filter(_lives, processes):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(polite)
        if await _all_gone(processes):
            return


async def _all_gone(processes: list[psutil.Process]) -> bool:
    for _ in range(round(GRACE / _PAUSE)):
        if not any(map(_lives, processes)):
            return True
        await asyncio.sleep(_PAUSE)
    return False


def _lives(process: psutil.Process) -> bool:
    """An orphan that its new parent has not reaped yet is as good as gone."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
