"""The `restock` command."""

import sys
from typing import NoReturn

import typer

from cli import keys, mail, shoppers, sites, users
from cli.demo import demo
from cli.exit import leave
from cli.import_list import import_list
from cli.item_key import item_key
from cli.migrate import migrate
from cli.preview import preview
from cli.processes import api, worker
from cli.retry import retry_failed
from cli.up import up

app = typer.Typer(
    name="restock",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Restock: tells shoppers when an item is back in stock.",
)
app.command()(up)
app.command()(demo)
app.command()(api)
app.command()(worker)
app.command()(migrate)
app.command("item-key")(item_key)
app.command()(preview)
app.command("retry")(retry_failed)
app.command("import")(import_list)
app.add_typer(keys.app, name="keys")
app.add_typer(sites.app, name="sites")
app.add_typer(users.app, name="users")
app.add_typer(shoppers.app, name="shoppers")
app.add_typer(mail.app, name="mail")


def run() -> NoReturn:
    """Run the command line and end the process."""
    try:
        app()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    leave(code)
