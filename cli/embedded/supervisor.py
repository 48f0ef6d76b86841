"""Children that are started again when they die, and stopped in order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, suppress

from cli.embedded.errors import StartError
from cli.embedded.process import Command, last_lines, make_room, spawn

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
# A child that lived this long was healthy: the pause starts small again.
HEALTHY_AFTER = 30.0
# What a child gets between two signals once the user is in a hurry.
HURRIED_GRACE = 1.0


class Supervisor:
    """Owns the children of one stack.

    `tell` hears of every child that died, `changed` is called after each new start, and `hurry`
    cuts the time that children get for stopping.
    """

    def __init__(self, tell: Callable[[str], None], hurry: asyncio.Event) -> None:
        self._tell = tell
        self.hurry = hurry
        self.changed: Callable[[], None] = lambda: None

    def tell(self, text: str) -> None:
        with suppress(OSError):  # a terminal that is gone must not end the watch
            self._tell(text)

    async def start(self, *commands: Command, undo: AsyncExitStack) -> "list[Child]":
        """Start children; `undo` stops them, all at once. They are watched from `watch` on."""
        children: list[Child] = []

        async def stop() -> None:
            await asyncio.gather(*(child.stop() for child in children))

        undo.push_async_callback(stop)
        for command in commands:
            child = Child(command, self)
            await child.start()
            children.append(child)
        return children


class Child:
    """One child process through all its restarts."""

    def __init__(self, command: Command, supervisor: Supervisor) -> None:
        self.command = command
        self._supervisor = supervisor
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._log_start = 0
        self._started_at = 0.0

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started yet"
        return self._process

    async def start(self) -> None:
        make_room(self.command.log)
        self._log_start = self.command.log.stat().st_size if self.command.log.exists() else 0
        self._started_at = asyncio.get_running_loop().time()
        self._process = await spawn(self.command)

    async def fail_when_ended(self) -> None:
        """Wait for the process to end, which raises `StartError` with its last words."""
        code = await self._running.wait()
        words = last_lines(self.command.log, self._log_start) or "(it wrote nothing)"
        raise StartError(
            f"{self.command.name} {ending(code)} while starting. "
            f"The end of {self.command.log}:\n{words}"
        )

    def watch(self) -> None:
        self._watcher = asyncio.create_task(self._keep_running(), name=f"watch {self.command.name}")

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while True:
            code = await self._running.wait()
            lived = asyncio.get_running_loop().time() - self._started_at
            pause = FIRST_PAUSE if lived >= HEALTHY_AFTER else pause
            self._supervisor.tell(
                f"{self.command.name} {ending(code)} and is started again, see {self.command.log}"
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            await self._start_again()

    async def _start_again(self) -> None:
        try:
            await self.start()
            self._supervisor.changed()
        except OSError as error:
            self._supervisor.tell(f"{self.command.name} cannot be started: {error}")

    async def stop(self) -> None:
        """End the process, however long it takes; never raises for one that is gone."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait({self._watcher})
        for number, grace in (*self.command.stop, (signal.SIGKILL, None)):
            if self._running.returncode is not None:
                return
            with suppress(ProcessLookupError):
                self._running.send_signal(number)
            await self._ends_within(grace)

    async def _ends_within(self, grace: float | None) -> None:
        ended = asyncio.create_task(self._running.wait())
        hurried = asyncio.create_task(self._supervisor.hurry.wait())
        waits = {ended} if grace is None else {ended, hurried}
        await asyncio.wait(waits, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        if grace is not None and hurried.done() and not ended.done():
            await asyncio.wait({ended}, timeout=min(grace, HURRIED_GRACE))
        ended.cancel()
        hurried.cancel()


async def all_ready(children: Iterable[Child], ready: Coroutine[None, None, None]) -> None:
    """Wait for `ready`; raises `StartError` when one of the children ends before."""
    waiting = asyncio.create_task(ready)
    endings = [asyncio.create_task(child.fail_when_ended()) for child in children]
    try:
        done, _ = await asyncio.wait({waiting, *endings}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (waiting, *endings):
            task.cancel()
        await asyncio.gather(waiting, *endings, return_exceptions=True)


def ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
