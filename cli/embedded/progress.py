"""How the start of the stack is shown: a live list in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import typer
from rich.console import Console
from rich.markup import escape


class Progress(Protocol):
    def step(self, name: str) -> AbstractContextManager[None]: ...

    def note(self, text: str) -> None: ...


class Silent:
    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        yield

    def note(self, text: str) -> None: ...


class PlainLines:
    """One line for each part that started, without control codes."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        typer.echo(f"{name}: ready ({time.monotonic() - started:.1f} s)")

    def note(self, text: str) -> None:
        typer.echo(text)


class LiveList:
    """A spinner on the part that is starting, a tick on each one that has started."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(f"{name} …"):
            yield
        took = f"{time.monotonic() - started:.1f} s"
        self._console.print(f"[green]✓[/] {name} [dim]{took}[/]", highlight=False)

    def note(self, text: str) -> None:
        self._console.print(f"[yellow]![/] {escape(text)}", highlight=False)


def progress_for_terminal() -> Progress:
    return LiveList(Console()) if sys.stdout.isatty() else PlainLines()
