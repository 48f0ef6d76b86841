"""Trying FAILED requests again, behind `POST /v1/requests/retry` and `restock retry`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.contracts import ReportedSignal
from store.store import Store
from workflows.engine import Engine


@dataclass(frozen=True)
class Retry:
    """Which FAILED requests of a site: those named, or all that failed since a moment.

    `with_unknown`: also those of which nobody knows whether their mail left.
    """

    site: str
    request_ids: Sequence[UUID] | None = None
    failed_since: datetime | None = None
    with_unknown: bool = False


async def retry(store: Store, engine: Engine, wanted: Retry) -> int:
    """Have requests told again that FAILED; what did not fail is left alone.

    Each is announced by its id, as by a report: no condition is asked, and the mail says what is
    known of the item. Returns how many. Raises `EngineUnavailableError` where Temporal does not
    answer; what was begun before goes on, and a repeat begins the rest.
    """
    count = 0
    pages = store.failed.pages(
        wanted.site, wanted.failed_since, wanted.request_ids, wanted.with_unknown
    )
    async for ids in pages:
        await engine.report_requests(wanted.site, tuple(ids), ReportedSignal())
        count += len(ids)
    return count
