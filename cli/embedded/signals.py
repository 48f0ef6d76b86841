"""Ctrl-C and its relatives: the first one stops the stack, the next one speeds that up."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.embedded.errors import StackStopped

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """The first signal cancels the task, unless it is already stopping; later ones set `hurry`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.hurry = asyncio.Event()
        self.received: list[signal.Signals] = []
        self.is_stopping = False
        self._task = asyncio.current_task()

    def take(self, number: signal.Signals) -> None:
        self.received.append(number)
        if self.is_stopping:
            self.hurry.set()
        elif self._task is not None:
            self.is_stopping = True
            self._task.cancel()
            self._tell("Stopping. Ctrl-C again speeds it up.")


@contextmanager
def stop_signals(tell: Callable[[str], None]) -> Iterator[StopSignals]:
    """Handle the signals that stop us while the block runs; `tell` hears of the first one.

    Raises `StackStopped` in the place of the block's cancellation by a signal.
    """
    loop, signals = asyncio.get_running_loop(), StopSignals(tell)
    # a signal that is ignored (nohup) stays ignored
    handled = [one for one in HANDLED if signal.getsignal(one) is not signal.SIG_IGN]
    for number in handled:
        loop.add_signal_handler(number, signals.take, number)
    try:
        yield signals
    except asyncio.CancelledError:
        if not signals.received:
            raise
        raise StackStopped(signals.received[0]) from None
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
