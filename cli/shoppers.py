"""`restock shoppers`: all that is known of a shopper is handed out, or erased."""

import sys
from typing import Annotated

import typer
from typer import Argument, Option

from api.own.exporting import exported
from cli.database import DataDir, with_store
from domain.addresses import deliverable
from domain.errors import ShopperNotFoundError
from store.bootstrap import MAIN_SITE
from store.erasure import Erased
from store.shoppers import KnownShopper
from store.store import Store

app = typer.Typer(no_args_is_help=True, help="What is known of shoppers.")


def _address(text: str) -> str:
    try:
        return deliverable(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Address = Annotated[str, Argument(help="The shopper's e-mail address.", callback=_address)]
Site = Annotated[str, Option(help="The shop whose shopper it is.")]


@app.command()
def export(email: Address, site: Site = MAIN_SITE, data_dir: DataDir = None) -> None:
    """Print all that is known of an address, as JSON."""

    async def write(store: Store) -> None:
        try:
            document = await exported(store, site, email)
        except ShopperNotFoundError as error:
            raise ValueError(str(error)) from None
        async for piece in document:
            sys.stdout.write(piece)

    with_store(data_dir, write)


@app.command()
def erase(
    email: Address,
    site: Site = MAIN_SITE,
    yes: Annotated[bool, Option("--yes", help="Erase without asking.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete all that is known of an address; this cannot be taken back."""

    async def look(store: Store) -> KnownShopper:
        try:
            return await store.shoppers.known(site, email)
        except ShopperNotFoundError as error:
            raise ValueError(str(error)) from None

    async def forget(store: Store) -> Erased:
        return await store.shoppers.erase(site, email)

    known = with_store(data_dir, look)
    typer.echo(
        f"Requests: {known.requests:,} ({known.open_requests:,} open); lines of the inbox: "
        f"{known.inbox_lines:,}; consents: {known.consents:,}; purchases: {known.purchases:,}; "
        f"lines of imports: {known.import_lines:,}."
    )
    if not (yes or typer.confirm("Erase all of it?")):
        typer.echo("Nothing was erased.")
        return
    erased = with_store(data_dir, forget)
    typer.echo("Erased.")
    if erased.withdrawn:
        typer.echo("A worker ends what was under way within about a minute.")
