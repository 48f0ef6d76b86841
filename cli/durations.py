"""Durations as options of commands, written as settings have them."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from typer import Option

from domain.setting_types import duration


def _read(text: str) -> timedelta:
    try:
        found = duration(text)
    except ValueError:
        found = timedelta(-1)
    if found < timedelta(0):
        raise typer.BadParameter(f"{text!r} is no duration: 90s, 30m, 48h, 2d")
    return found


def duration_option(description: str, default: str) -> Any:
    """An option that takes `90s`, `30m`, `48h` or `2d`; `default`: what its help says."""
    return Option(parser=_read, metavar="DURATION", show_default=default, help=description)


Lifetime = Annotated[
    timedelta | None,
    duration_option("After how long the new key ends, as `90s`, `30m`, `48h`, `2d`.", "never"),
]
