"""`restock mail`: how fast mail leaves."""

import asyncio
import math
from pathlib import Path
from typing import Annotated

import typer
from temporalio.service import RPCError
from typer import Argument, Option

from cli.failures import clear_errors
from cli.temporal_address import temporal_address
from worker.mail_rate import MailRate
from workflows.client import connect

app = typer.Typer(no_args_is_help=True, help="How fast mail leaves.")

_OFF = "off"


@app.callback()
def mail() -> None:
    """How fast mail leaves."""


@app.command()
def rate(
    rate: Annotated[
        str | None,
        Argument(
            help="Most mails to shoppers in a second, over all workers, as in `20` or `0.5`; `off` "
            "for as fast as the mail server takes them. Without it, the rate is shown.",
            show_default=False,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        Option(
            help="The data directory of a running embedded stack. Without it: TEMPORAL_ADDRESS, "
            "or else RESTOCK_DATA_DIR.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show or set the rate of mail. It applies within five seconds, until it is set again."""
    wanted = _parsed(rate) if rate else None
    with clear_errors():
        now = asyncio.run(_rate(data_dir, wanted, change=rate is not None))
    typer.echo(
        "Mail leaves as fast as the mail server takes it."
        if now is None
        else f"At most {now:g} mails leave in a second, over all workers."
    )


def _parsed(rate: str) -> float | None:
    if rate == _OFF:
        return None
    try:
        number = float(rate)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise typer.BadParameter(f"{rate!r} is neither a number above 0 nor `{_OFF}`")
    return number


async def _rate(data_dir: Path | None, wanted: float | None, change: bool) -> float | None:
    mail_rate = MailRate(await connect(address=temporal_address(data_dir)))
    try:
        if change:
            await mail_rate.set(wanted)
        return await mail_rate.get()
    except RPCError as error:
        raise ConnectionError(f"Temporal: {error.message}") from error
