"""Runs the demo's story on an embedded stack and checks how it ended."""

import asyncio
import mailbox
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cli.embedded.errors import StackStopped
from cli.embedded.options import StackOptions
from cli.embedded.progress import progress_for_terminal
from cli.embedded.stack import Stack, running_stack
from cli.embedded.story import OWNER_NOTICES, Demo, Ending, Shopper, story
from cli.embedded.welcome import show_addresses
from cli.tables import print_table
from domain.settings import Settings

_PATIENCE_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.2
_OWNER = Settings.model_fields["owner_email"].default


async def run_demo(options: StackOptions, stays: bool) -> bool:
    """Run the story; True if every shopper's ended as it should.

    With `stays`, the stack runs on until it is stopped. Raises what `running_stack` raises.
    """
    as_told = False
    try:
        async with running_stack(options, progress_for_terminal()) as stack:
            as_told = _show(*await _tell(stack))
            show_addresses(stack)
            if stays:
                await asyncio.Event().wait()
    except StackStopped:
        typer.echo("The demo has stopped.")
    return as_told


async def _tell(stack: Stack) -> tuple[list[Ending], Counter[str]]:
    headers = {"Authorization": stack.owner_key}
    console = Console()
    bars = Progress(
        TextColumn("{task.description:<44}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    # A data directory that was used before holds the mails of earlier demos.
    before = _mails_by_recipient(stack)
    async with httpx.AsyncClient(base_url=stack.addresses.api, headers=headers) as http:
        with bars:
            endings = await story(Demo(http), _steps(bars), _PATIENCE_SECONDS)
            mails = await _once_owner_told(stack, before, bars, _PATIENCE_SECONDS)
    return endings, mails


def _steps(bars: Progress) -> Callable[[str, int], "_Step"]:
    def step(name: str, total: int) -> "_Step":
        return _Step(bars, bars.add_task(name, total=total), total)

    return step


class _Step:
    def __init__(self, bars: Progress, task: TaskID, total: int) -> None:
        self._bars, self._task, self.total = bars, task, total

    def reached(self, done: int) -> None:
        self._bars.update(self._task, completed=done)


def _show(endings: list[Ending], mails: Counter[str]) -> bool:
    table = Table("shopper", "item", "status", "mails", "as told", "the timeline says", box=None)
    results = [_is_as_told(ending, mails) for ending in endings]
    for ending, as_told in zip(endings, results, strict=True):
        shopper = ending.shopper
        count = str(mails[shopper.email])
        mark = "[green]yes[/]" if as_told else "[red]NO[/]"
        known = (shopper.email, shopper.orchid.name, ending.status, count)
        table.add_row(*known, mark, escape(ending.why))
    print_table(table)
    return all(results)


def _is_as_told(ending: Ending, mails: Counter[str]) -> bool:
    shopper: Shopper = ending.shopper
    found = (ending.status, ending.auto_notified, mails[shopper.email])
    return found == (shopper.status, shopper.auto_notified, shopper.mails)


async def _once_owner_told(
    stack: Stack, before: Counter[str], bars: Progress, patience: float
) -> Counter[str]:
    """The mails of this demo, once the owner got one per request and one per restock."""
    task = bars.add_task("The owner is told", total=OWNER_NOTICES)
    until = asyncio.get_running_loop().time() + patience
    while True:
        mails = _mails_by_recipient(stack) - before
        bars.update(task, completed=mails[_OWNER])
        if mails[_OWNER] >= OWNER_NOTICES or asyncio.get_running_loop().time() > until:
            return mails
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _mails_by_recipient(stack: Stack) -> Counter[str]:
    folder = mailbox.Maildir(stack.data_dir / "mailbox", create=False)
    sources = (folder.get_bytes(key) for key in folder.keys())  # noqa: SIM118
    messages = (message_from_bytes(source, policy=policy.default) for source in sources)
    return Counter(str(message["To"]) for message in messages)
