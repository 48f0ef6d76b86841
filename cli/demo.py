"""`restock demo`: the product's story on a small catalogue, with real mail."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from cli.embedded.errors import embedded_parts
from cli.failures import clear_errors
from cli.ports import Port, TemporalPort, TemporalUiPort


def demo(
    data_dir: Annotated[
        Path | None,
        Option(
            help="Where the demo's data is kept.",
            show_default="a new temporary folder, removed at the end",
        ),
    ] = None,
    port: Port = 8080,
    temporal_port: TemporalPort = 7233,
    temporal_ui_port: TemporalUiPort = 8233,
    exit_: Annotated[
        bool,
        Option("--exit", help="Stop at the end; the exit code is 0 only if all went as told."),
    ] = False,
) -> None:
    """Watch eight shoppers ask for three orchids, and what becomes of each.

    Mail goes to the demo's own mailbox, whatever RESTOCK_SMTP_URL says.
    """
    with clear_errors(), embedded_parts():
        from cli.embedded.demo import run_demo
        from cli.embedded.options import stack_options

        with tempfile.TemporaryDirectory(prefix="restock-demo-") as folder:
            options = stack_options(
                data_dir=data_dir or Path(folder),
                port=port,
                temporal_port=temporal_port,
                temporal_ui_port=temporal_ui_port,
            )
            as_told = asyncio.run(run_demo(options.with_mailbox(), stays=not exit_))
    if not as_told:
        raise typer.Exit(1)
