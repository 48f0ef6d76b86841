"""`restock preview`: whom a restock would tell, wave by wave, and who is left out and why."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table
from typer import Argument, Option

from activities.shopper_letters import ShopperLetters
from activities.write_preview import WritePreview
from api.own.dry_run import Arrival, DryRun, dry_run
from cli.database import DataDir, with_store
from cli.item_key import json_object
from cli.tables import print_table
from domain.catalog import VOYADO_APP_ID, CatalogReference
from domain.locales import a_locale, locale_key
from domain.matching import LARGEST_QUANTITY, Audience
from domain.preview import MailPreviewInput, PreviewedMail
from domain.settings import load_settings
from mails.letters import Templates
from store.bootstrap import MAIN_SITE
from store.store import Store

_ROWS_SHOWN = 20
_ADDRESSES_SHOWN = 3


def preview(
    item: Annotated[
        str, Argument(help="The item's SKU; with --app-id, its id in that app's catalogue.")
    ],
    quantity: Annotated[
        int, Option(help="How many units come in.", min=0, max=LARGEST_QUANTITY, show_default=False)
    ],
    site: Annotated[str, Option(help="The site whose shoppers wait.")] = MAIN_SITE,
    app_id: Annotated[
        str, Option(help="The app that owns the catalogue; without it, items are named by SKU.")
    ] = VOYADO_APP_ID,
    options: Annotated[str, Option(help="The chosen variant as a JSON object.")] = "{}",
    locale: Annotated[
        str | None, Option(help="Only those who wait in this locale, as in `sv-SE`.")
    ] = None,
    external_id: Annotated[
        str | None, Option(help="Only those who wait with this external id.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Show whom a restock would tell, when, and who is left out and why. Sends nothing."""
    reference = CatalogReference(app_id=app_id, catalog_item_id=item, options=json_object(options))

    async def look(store: Store) -> tuple[DryRun, PreviewedMail | None]:
        await _check_site(store, site)
        audience = Audience(
            locale=locale_key(a_locale(locale)) if locale else "", external_id=external_id or ""
        )
        arrival = Arrival(reference.item_key, quantity, datetime.now(UTC), audience)
        found = await dry_run(store, site, arrival)
        return found, await _mail(store, site, found)

    found, mail = with_store(data_dir, look)
    if not found.waiting:
        typer.echo(_nobody(reference, site))
        return
    typer.echo(f"If {quantity:,} of {item} come in now and none is sold:\n")
    _show_waves(found)
    _show_left_out(found)
    if mail:
        typer.echo(f"The mail: {mail.subject or mail.trouble}")
    if found.truncated:
        typer.echo("This is not all: too many wait to work everything out and to name everyone.")


async def _check_site(store: Store, site: str) -> None:
    if site not in {row["site"] for row in await store.sites.all()}:
        raise ValueError(f"There is no site {site}.")


async def _mail(store: Store, site: str, found: DryRun) -> PreviewedMail | None:
    if found.first_told is None:
        return None
    write = WritePreview(store, ShopperLetters(store, Templates(load_settings().template_dir)))
    return await write.write_preview(MailPreviewInput(site=site, request_id=found.first_told.id))


def _nobody(reference: CatalogReference, site: str) -> str:
    said = f"Nobody waits for {reference.catalog_item_id} at {site}."
    if reference.app_id != VOYADO_APP_ID:
        return said
    return f"{said} For an item that is not named by its SKU, give --app-id."


def _show_waves(found: DryRun) -> None:
    waves, zone = found.preview.waves, ZoneInfo(found.policy.time_zone)
    if not waves:
        typer.echo(f"Nobody of {found.waiting:,} would be told.\n")
        return
    table = Table("wave", f"begins ({zone})", "shoppers", "the first", box=None)
    for wave in waves[:_ROWS_SHOWN]:
        begins = wave.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        first = _first(found, (each.id for each in wave.told))
        table.add_row(str(wave.number), begins, f"{len(wave.told):,}", first)
    _add_more(table, len(waves))
    print_table(table)
    told = sum(len(wave.told) for wave in waves)
    typer.echo(f"In {len(waves):,} waves, {told:,} of {found.waiting:,} would be told.\n")


def _show_left_out(found: DryRun) -> None:
    by_reason: dict[str, list[UUID]] = {}
    for request_id, reason in found.preview.left_out.items():
        by_reason.setdefault(reason, []).append(request_id)
    if not by_reason:
        return
    table = Table("left out", "because", "the first", box=None)
    in_order = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    for reason, left_out in in_order[:_ROWS_SHOWN]:
        table.add_row(f"{len(left_out):,}", escape(reason), _first(found, left_out))
    _add_more(table, len(in_order))
    print_table(table)
    typer.echo("")


def _add_more(table: Table, rows: int) -> None:
    if rows > _ROWS_SHOWN:
        table.add_row("…", f"and {rows - _ROWS_SHOWN:,} more")


def _first(found: DryRun, request_ids: Iterable[UUID]) -> str:
    """The first few addresses, as far as they are named."""
    listed: Sequence[UUID] = list(request_ids)
    shown = [found.addresses[each] for each in listed[:_ADDRESSES_SHOWN] if each in found.addresses]
    more = [f"and {len(listed) - len(shown):,} more"] if shown and len(listed) > len(shown) else []
    return escape(", ".join(shown + more))
