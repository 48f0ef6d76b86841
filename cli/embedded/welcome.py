"""What is shown once the stack runs: where everything is."""

import sys

import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.embedded.files import OwnerKey
from cli.embedded.stack import Stack


def show_addresses(stack: Stack) -> None:
    """A panel in a terminal, plain lines elsewhere."""
    facts = _facts(stack)
    if not sys.stdout.isatty():
        for name, value in facts.items():
            typer.echo(f"{name}: {value}")
        typer.echo("Restock is running. Stop it with Ctrl-C or SIGTERM.")
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    # folded, because an address that is cut off cannot be copied
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, Text(value))
    panel = Panel(table, title="Restock is running", subtitle="Ctrl-C stops it", expand=False)
    Console().print(panel, highlight=False)


def _facts(stack: Stack) -> dict[str, str]:
    addresses = stack.addresses
    facts = {
        "Console": f"{addresses.api}/console",
        "API": addresses.api,
        "API reference": f"{addresses.api}/docs",
    }
    caught = addresses.smtp is not None
    if caught:
        facts["Demo shop"] = f"{addresses.api}/demo/shop"
    facts["Mail"] = f"{addresses.api}/mailbox" if caught else "goes to your mail server"
    facts["Temporal UI"] = addresses.temporal_ui
    facts["Owner key"] = _where_is(stack.owner)
    if stack.owner.is_new:
        facts["New owner key"] = f"{stack.owner.key} (shown this once)"
    return facts | {"Data": str(stack.data_dir)}


def _where_is(owner: OwnerKey) -> str:
    return f"in {owner.file}" if owner.file else "the one of RESTOCK_OWNER_KEY"
