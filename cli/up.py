"""`restock up`: everything on one machine until Ctrl-C."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from cli.failures import clear_errors
from cli.ports import Port, TemporalPort, TemporalUiPort
from domain.settings import PREFIX

# What the embedded stack is made of is imported when it is used: the production image lacks it.
if TYPE_CHECKING:
    from cli.embedded.options import StackOptions


def up(
    data_dir: Annotated[
        Path, Option(envvar=f"{PREFIX}DATA_DIR", help="Where all data is kept.")
    ] = Path(".restock"),
    port: Port = 8080,
    temporal_port: TemporalPort = 7233,
    temporal_ui_port: TemporalUiPort = 8233,
    smtp_url: Annotated[
        str | None,
        Option(
            envvar=f"{PREFIX}SMTP_URL",
            show_default="a mailbox that catches all mail",
            help="Mail server: smtp://user:password@host:587?starttls=required, smtps://…",
        ),
    ] = None,
    workers: Annotated[
        int, Option(envvar=f"{PREFIX}WORKERS", min=1, max=64, help="Worker processes.")
    ] = 1,
) -> None:
    """Run everything on this machine: Postgres, Temporal, a mailbox, the API and the workers.

    Ctrl-C stops it and the data stays. All other RESTOCK_* settings are passed on.
    """
    from cli.embedded.options import stack_options

    with clear_errors():
        options = stack_options(
            data_dir=data_dir,
            port=port,
            temporal_port=temporal_port,
            temporal_ui_port=temporal_ui_port,
            smtp_url=smtp_url,
            workers=workers,
        )
        asyncio.run(_run_until_stopped(options))


async def _run_until_stopped(options: "StackOptions") -> None:
    from cli.embedded.errors import StackStopped, embedded_parts
    from cli.embedded.progress import progress_for_terminal
    from cli.embedded.signals import HANDLED

    with embedded_parts():
        from cli.embedded.stack import running_stack
        from cli.embedded.welcome import show_addresses

    progress = progress_for_terminal()
    if f"{PREFIX}DATABASE_URL" in os.environ or f"{PREFIX}DATABASE_URL_FILE" in os.environ:
        progress.note("RESTOCK_DATABASE_URL is not used here: `restock up` runs its own Postgres.")
    try:
        async with running_stack(options, progress) as stack:
            show_addresses(stack)
            await asyncio.Event().wait()
    except StackStopped:
        # all is done: one more Ctrl-C must not end this with a traceback
        for number in HANDLED:
            signal.signal(number, signal.SIG_IGN)
        typer.echo("Restock has stopped. Its data is kept.")
