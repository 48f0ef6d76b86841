"""What a call takes, and what the processes of each part of the stack use."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil


async def milliseconds(act: Callable[[], Awaitable[object]]) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    await act()
    return 1000 * (time.perf_counter() - begun)


@dataclass(frozen=True)
class Meter:
    """The processes of each part, by its name; with all that they started."""

    parts: Mapping[str, Sequence[int]]

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each part has used since it was started."""
        return {part: sum(map(_seconds, self._processes(part))) for part in self.parts}

    def memory(self, part: str) -> int:
        """Bytes that a part keeps in memory (resident set size)."""
        total = 0
        for process in self._processes(part):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total

    def _processes(self, part: str) -> Iterator[psutil.Process]:
        for pid in self.parts[part]:
            parent = psutil.Process(pid)
            yield parent
            yield from parent.children(recursive=True)


def _seconds(process: psutil.Process) -> float:
    """Of a process and of the children it has outlived."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
