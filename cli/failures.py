"""Turns what an operator can mend into one clear line instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import typer
from pydantic import ValidationError

from cli.embedded.errors import EmbeddedStackError
from domain.errors import EngineUnavailableError
from domain.settings import PREFIX, UnknownSettingError


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print the reason on stderr and exit with 1 where a setting or a server is at fault."""
    try:
        yield
    except ValidationError as error:
        for problem in error.errors():
            name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
            typer.echo(f"{name}: {problem['msg']}", err=True)
    except (UnknownSettingError, ValueError) as error:
        typer.echo(str(error), err=True)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # Only the first line: the detail would quote the row.
        typer.echo(f"Postgres: {error.args[0]}", err=True)
    except (OSError, EmbeddedStackError, EngineUnavailableError) as error:
        typer.echo(str(error), err=True)
    else:
        return
    raise typer.Exit(1)
