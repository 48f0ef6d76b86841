"""`restock sites`: the shops that one Restock serves."""

from typing import Annotated

import typer
from typer import Argument, Option

from cli.database import DataDir, with_store
from cli.tables import show
from cli.texts import name_or_note
from domain.addresses import own_address, sender
from domain.locales import a_locale, locale_key
from store.store import Store

app = typer.Typer(no_args_is_help=True, help="The shops that one Restock serves.")

Site = Annotated[str, Argument(help="Lower-case letters, digits and hyphens, as in `main`.")]

Name = Annotated[
    str | None, Option(help="The shop's name, as shoppers read it.", callback=name_or_note)
]


@app.command("list")
def list_sites(data_dir: DataDir = None) -> None:
    """List the sites, and how many shoppers wait in each."""
    rows = with_store(data_dir, lambda store: store.sites.all())
    columns = (
        "site",
        "name",
        "locale",
        "owner_email",
        "mail_from",
        "waiting",
        "mail_trouble_since",
    )
    show(rows, columns, "There is no site.")


@app.command()
def create(
    site: Site,
    name: Name = None,
    data_dir: DataDir = None,
) -> None:
    """Make a site; an existing one is left as it is."""

    name = name or site

    async def make(store: Store) -> None:
        await store.sites.make(site, name)

    with_store(data_dir, make)
    typer.echo(f"Site {site} exists.")


@app.command()
def change(
    site: Site,
    name: Name = None,
    owner_email: Annotated[str | None, Option(help="Where owner notices go.")] = None,
    mail_from: Annotated[
        str | None, Option(help="Sender of its mail, as in `My shop <shop@example.com>`.")
    ] = None,
    locale: Annotated[
        str | None,
        Option(help="Language of mail and product data where a request names none, as in `sv-SE`."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Change what is given, and leave the rest."""

    async def act(store: Store) -> bool:
        if owner_email:
            own_address(owner_email)
        if mail_from:
            sender(mail_from)
        key = locale and locale_key(a_locale(locale))
        return await store.sites.change(site, name, owner_email, mail_from, key)

    if not with_store(data_dir, act):
        typer.echo(f"There is no site {site}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Site {site} is changed.")
