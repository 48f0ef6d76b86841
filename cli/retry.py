"""`restock retry`: FAILED requests are tried again."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from typer import Argument, Option

from api.own.retrying import Retry, retry
from cli.database import DataDir, with_store
from cli.temporal_address import temporal_address
from domain.setting_types import duration
from store.bootstrap import MAIN_SITE
from store.store import Store
from workflows.client import connect
from workflows.engine import Engine


def retry_failed(
    request_ids: Annotated[
        list[UUID] | None, Argument(help="The requests to try again.", show_default=False)
    ] = None,
    failed_since: Annotated[
        str | None,
        Option(
            help="All that FAILED since then: how long ago, as in `2h` or `3d`, or a date, as in "
            "`2026-11-21` or `2026-11-21T18:00Z` (UTC where it does not say).",
            show_default=False,
        ),
    ] = None,
    include_unknown: Annotated[
        bool,
        Option(
            "--include-unknown",
            help="With --failed-since: also those of which nobody knows whether their mail left. "
            "Their shoppers may get a second one.",
        ),
    ] = False,
    site: Annotated[str, Option(help="The site whose requests failed.")] = MAIN_SITE,
    data_dir: DataDir = None,
) -> None:
    """Try FAILED requests again: those named, or all since a moment. Others are left alone."""
    if bool(request_ids) == bool(failed_since):
        raise typer.BadParameter("name requests, or give --failed-since")
    since = _moment(failed_since) if failed_since else None
    wanted = Retry(site, request_ids or None, since, include_unknown or bool(request_ids))

    async def again(store: Store) -> int:
        engine = Engine(await connect(address=temporal_address(data_dir)))
        return await retry(store, engine, wanted)

    count = with_store(data_dir, again)
    typer.echo(f"FAILED requests that are being tried again: {count:,}" if count else _NOTHING)


_NOTHING = "No request FAILED that is to be tried again."


def _moment(text: str) -> datetime:
    with suppress(ValueError, OverflowError):
        return datetime.now(UTC) - duration(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither `2h`, `3d` nor a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
