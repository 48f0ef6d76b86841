"""`restock users`: people who sign in to the console by name and password."""

import sys
from typing import Annotated

import typer
from typer import Argument, Option

from api.console.passwords import hashed, long_enough
from cli.database import DataDir, with_store
from cli.tables import show
from cli.texts import name_or_note
from store.bootstrap import MAIN_SITE
from store.store import Store

app = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")

Name = Annotated[
    str, Argument(help="By which they sign in; capitals make no difference.", callback=name_or_note)
]
Site = Annotated[str, Option(help="The shop they may look after.")]


@app.command()
def create(name: Name, site: Site = MAIN_SITE, data_dir: DataDir = None) -> None:
    """Let somebody sign in to a site; asks for their password, or reads it from standard input."""
    password = _password()

    async def add(store: Store) -> bool:
        await _must_exist(store, site)
        return await store.users.add(name, await hashed(password), site)

    if not with_store(data_dir, add):
        _fail(f"Somebody signs in as {name} already: `restock users give` gives them another site.")
    typer.echo(f"{name} may sign in to {site}.")


@app.command()
def give(name: Name, site: Site, data_dir: DataDir = None) -> None:
    """Let somebody who signs in already look after one more site."""

    async def add(store: Store) -> bool:
        await _must_exist(store, site)
        user = await store.users.find(name)
        if user:
            await store.users.give_site(user.id, site)
        return user is not None

    if not with_store(data_dir, add):
        _fail(f"Nobody signs in as {name}.")
    typer.echo(f"{name} may sign in to {site}.")


@app.command("list")
def list_users(
    site: Annotated[str | None, Option(help="Only those of this site.")] = None,
    data_dir: DataDir = None,
) -> None:
    """List who signs in to which site."""
    rows = with_store(data_dir, lambda store: store.users.all(site))
    show(rows, ("name", "site", "created_date"), "Nobody signs in by name.")


@app.command()
def password(name: Name, data_dir: DataDir = None) -> None:
    """Give somebody a new password, and sign them out everywhere."""
    new = _password()

    async def change(store: Store) -> bool:
        return await store.users.change_password(name, await hashed(new))

    if not with_store(data_dir, change):
        _fail(f"Nobody signs in as {name}.")
    typer.echo(f"{name} has a new password.")


@app.command()
def remove(name: Name, site: Site = MAIN_SITE, data_dir: DataDir = None) -> None:
    """Shut somebody out of a site, at once."""
    if not with_store(data_dir, lambda store: store.users.remove(name, site)):
        _fail(f"Nobody signs in to {site} as {name}.")
    typer.echo(f"{name} may not sign in to {site} any more.")


def _password() -> str:
    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    try:
        return long_enough(given)
    except ValueError as error:
        raise typer.BadParameter(f"the password {error}") from None


async def _must_exist(store: Store, site: str) -> None:
    if await store.sites.get(site) is None:
        raise ValueError(f"There is no site {site}: `restock sites list` names those there are.")


def _fail(words: str) -> None:
    typer.echo(words, err=True)
    raise typer.Exit(1)
