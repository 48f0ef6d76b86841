"""Texts that are given as flags."""

import typer

from domain.text import LONGEST_NAME, one_line


def name_or_note(text: str | None) -> str | None:
    """A flag that is a name or a note. Raises `typer.BadParameter` where it is no short line."""
    try:
        return one_line(text, LONGEST_NAME) if text else text
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
