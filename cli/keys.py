"""`restock keys`: API keys of sites."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from typer import Argument, Option

from cli.database import DataDir, with_store
from cli.durations import Lifetime, duration_option
from cli.tables import show
from cli.texts import name_or_note
from domain.keys import new_key
from store.bootstrap import MAIN_SITE
from store.database import Row
from store.store import Store

KeyId = Annotated[UUID, Argument(help="The key's id, as `keys list` shows it.")]

app = typer.Typer(no_args_is_help=True, help="API keys of sites.")


class Scope(StrEnum):
    """What a key may do."""

    STOREFRONT = "storefront"
    INVENTORY = "inventory"
    OWNER = "owner"


@app.command()
def create(
    scope: Annotated[
        Scope,
        Option(
            help="storefront: create requests, nothing else (publishable). "
            "inventory: report items and stock. owner: everything."
        ),
    ],
    site: Annotated[str, Option(help="The site; it is made when it is missing.")] = MAIN_SITE,
    label: Annotated[
        str, Option(help="A note to yourself, shown by `keys list`.", callback=name_or_note)
    ] = "",
    expires_in: Lifetime = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it, alone on standard output. It is shown only this once."""
    key = new_key(scope)

    async def add(store: Store) -> None:
        await store.sites.make(site, site)
        await store.sites.add_key(site, scope, key, label, expires_in)

    with_store(data_dir, add)
    typer.echo(key)


@app.command("list")
def list_keys(
    site: Annotated[str | None, Option(help="Only the keys of this site.")] = None,
    data_dir: DataDir = None,
) -> None:
    """List the keys, without their secrets."""

    async def read(store: Store) -> list[Row]:
        return await store.sites.list_keys(site)

    rows = with_store(data_dir, read)
    dates = ("created_date", "expires_date", "revoked_date")
    show(rows, ("id", "site", "scope", "label", *dates), "There is no key.")


@app.command()
def rotate(
    key_id: KeyId,
    keep_old: Annotated[
        timedelta, duration_option("How long the old key still lets in: `90s`, `30m`, `2d`.", "24h")
    ] = timedelta(hours=24),
    expires_in: Lifetime = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key with the site, scope and label of another, which ends a while later.

    The new one is printed alone on standard output, and only this once.
    """

    async def add(store: Store) -> str:
        old = await store.sites.live_key(key_id)
        key = new_key(old.scope)
        await store.sites.rotate_key(old, key, keep_old, expires_in)
        return key

    typer.echo(with_store(data_dir, add))


@app.command()
def revoke(key_id: KeyId, data_dir: DataDir = None) -> None:
    """Shut a key out, at once and for good."""

    async def end(store: Store) -> bool:
        return await store.sites.revoke_key(key_id)

    if not with_store(data_dir, end):
        typer.echo(f"There is no key {key_id}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Key {key_id} is revoked.")
