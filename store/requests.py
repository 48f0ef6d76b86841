"""Requests: creating, reading, counting, marking, deleting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.catalog import CatalogReference, Item, Wanted
from domain.consent import Consent, ConsentKind
from domain.errors import RequestAlreadyExistsError
from domain.ids import address_key
from domain.locales import fallback_chain
from domain.status import Status, Step
from store.consents import Consents
from store.database import Connection, Pool, load_queries, one_transaction
from store.records import RequestRecord, TimelineStep, WaitingStart

_sql = load_queries("requests")


@dataclass(frozen=True)
class Requests:
    """The requests of all sites; every method takes the site."""

    pool: Pool | Connection

    async def create(self, site: str, wanted: Wanted) -> RequestRecord:
        """Make a request in one transaction with its contact, timeline and inbox line.

        Raises `RequestAlreadyExistsError` when the shopper has an open request for the item.
        """
        record, is_new = await self.create_or_find(site, wanted)
        if not is_new:
            raise RequestAlreadyExistsError(record.id)
        return record

    async def create_or_find(
        self, site: str, wanted: Wanted, consent: Consent | None = None
    ) -> tuple[RequestRecord, bool]:
        """The shopper's open request for the item, and whether it was made just now.

        `consent`: what the shopper agreed to, kept with a new request in one transaction. Raises
        `RequestAlreadyExistsError` in the odd case that the open one ends at every look.
        """
        if consent is None:
            return await self._create_or_find(site, wanted)
        async with one_transaction(self.pool) as connection:
            record, is_new = await Requests(connection)._create_or_find(site, wanted)
            if is_new:
                await _note_consent(connection, record, consent, ConsentKind.GIVEN)
            return record, is_new

    async def _create_or_find(self, site: str, wanted: Wanted) -> tuple[RequestRecord, bool]:
        # The open request may end between the two statements: then there is room for a new one.
        for _ in range(3):
            if row := await _sql.create_request(self.pool, **_columns(site, wanted)):
                return RequestRecord.of(row), True
            if row := await _sql.find_open(self.pool, site=site, **_identity(wanted)):
                return RequestRecord.of(row), False
        raise RequestAlreadyExistsError(None)

    async def take_over(
        self, site: str, wanted: Wanted, created_date: datetime, origin: str
    ) -> RequestRecord | None:
        """Make a request that another system kept; none where the shopper waits already.

        `origin`: where it comes from, for the timeline.
        """
        imported = {"created_date": created_date, "kind": Step.IMPORTED, "detail": origin}
        columns = _columns(site, wanted) | imported | {"line": None}
        async with one_transaction(self.pool) as connection:
            row = await _sql.create_request(connection, **columns)
            if row is None:
                return None
            record = RequestRecord.of(row)
            consent = Consent(source=origin)
            await _note_consent(
                connection, record, consent, ConsentKind.IMPORTED, record.created_date
            )
            return record

    async def resume(
        self, site: str, wanted: Wanted, created_date: datetime
    ) -> RequestRecord | None:
        """Make a request that its shopper had ended; none where the shopper waits already."""
        resumed = {"created_date": created_date, "kind": Step.RESUMED}
        said = {"line": f"Asked again to be told when {wanted.title} is back."}
        async with one_transaction(self.pool) as connection:
            row = await _sql.create_request(connection, **_columns(site, wanted) | resumed | said)
            if row is None:
                return None
            record = RequestRecord.of(row)
            consent = Consent(source="link in a mail")
            await _note_consent(connection, record, consent, ConsentKind.GIVEN)
            return record

    async def get(self, site: str, request_id: UUID) -> RequestRecord | None:
        row = await _sql.get_request(self.pool, site=site, id=request_id)
        return None if row is None else RequestRecord.of(row)

    async def open_instead(self, site: str, request_id: UUID) -> UUID | None:
        """The open request that keeps one which FAILED from being taken up again, if any."""
        found: UUID | None = await _sql.open_instead(self.pool, site=site, id=request_id)
        return found

    async def delete(self, site: str, request_id: UUID) -> bool:
        """Delete a request; its workflow is told afterwards. False where there was none."""
        return await _sql.delete_request(self.pool, site=site, id=request_id) is not None

    async def waiting_of_contact(
        self, site: str, contact_id: UUID, app_id: str
    ) -> list[RequestRecord]:
        """A contact's requests that wait, for items of one app; the oldest first."""
        rows = _sql.waiting_of_contact(self.pool, site=site, contact_id=contact_id, app_id=app_id)
        return [RequestRecord.of(row) async for row in rows]

    async def delete_waiting(self, site: str, request_id: UUID, app_id: str) -> bool:
        """As `delete`, for an item of one app and only while the request waits."""
        deleted = _sql.delete_waiting(self.pool, site=site, id=request_id, app_id=app_id)
        return await deleted is not None

    async def known_item(self, site: str, reference: CatalogReference, locale: str | None) -> Item:
        """What the product feed closest to a locale says of an item; empty where none does."""
        row = await _sql.closest_product(
            self.pool,
            site=site,
            skus=list(reference.skus),
            locales=list(fallback_chain(locale)),
        )
        return Item() if row is None else Item.model_validate(dict(row))

    async def timeline(self, site: str, request_id: UUID) -> list[TimelineStep]:
        """What happened to a request, oldest first."""
        rows = _sql.timeline(self.pool, site=site, id=request_id)
        return [TimelineStep.of(row) async for row in rows]

    async def add_step(self, site: str, request_id: UUID, kind: str, detail: str = "") -> None:
        await _sql.add_step(self.pool, site=site, id=request_id, kind=kind, detail=detail)

    async def count_open(self, site: str, item_keys: Sequence[str]) -> dict[str, int]:
        """How many wait or are being told, per item key; items of nobody are left out."""
        rows = _sql.count_open(self.pool, site=site, item_keys=list(item_keys))
        return {row["item_key"]: row["count"] async for row in rows}

    async def anyone_waiting(self, site: str, item_key: str) -> bool:
        return bool(await _sql.anyone_waiting(self.pool, site=site, item_key=item_key))

    async def mark(self, site: str, request_id: UUID) -> Status | None:
        """Record that the owner told the shopper, where the request waits or FAILED.

        Returns the status now; none where the request was deleted.
        """
        status = await _sql.mark(
            self.pool,
            site=site,
            id=request_id,
            detail="The owner told the shopper.",
            line="Marked as told.",
        )
        return None if status is None else Status(status)

    async def workflow_started(self, request_id: UUID) -> None:
        await _sql.workflow_started(self.pool, id=request_id)

    async def workflows_started(self, request_ids: Sequence[UUID]) -> None:
        await _sql.workflows_started(self.pool, ids=list(request_ids))

    async def not_started(self, older_than_seconds: float, limit: int) -> list[WaitingStart]:
        """Requests that were made a while ago and whose workflow is not known to run."""
        rows = _sql.not_started(self.pool, older_than_seconds=older_than_seconds, limit=limit)
        return [WaitingStart.of(row) async for row in rows]

    async def withdrawals(self, limit: int) -> list[UUID]:
        """Deleted requests whose workflow has not been told."""
        return [row["request_id"] async for row in _sql.withdrawals(self.pool, limit=limit)]

    async def withdrawn(self, request_id: UUID) -> None:
        await _sql.withdrawn(self.pool, id=request_id)


async def _note_consent(
    connection: Connection,
    record: RequestRecord,
    consent: Consent,
    kind: ConsentKind,
    at: datetime | None = None,
) -> None:
    await Consents(connection).note(
        record.site,
        record.contact_id,
        record.id,
        kind,
        consent.source,
        consent.text,
        consent.url,
        network=consent.network,
        locale=record.locale,
        at=at,
    )


def _identity(wanted: Wanted) -> dict[str, object]:
    """What a shopper has at most one open request with."""
    return {
        "item_key": wanted.reference.item_key,
        "address_key": address_key(wanted.email),
        "audience_key": wanted.audience_key,
    }


def _columns(site: str, wanted: Wanted) -> dict[str, object]:
    return _identity(wanted) | {
        "id": uuid4(),
        "contact_id": uuid4(),
        "site": site,
        "app_id": wanted.reference.app_id,
        "catalog_item_id": wanted.reference.catalog_item_id,
        "options": wanted.reference.options,
        "email": wanted.email,
        "locale": wanted.locale,
        "external_id": wanted.external_id,
        "quantity": wanted.quantity,
        "item_url": wanted.item_url,
        "item": wanted.item.model_dump(by_alias=True),
        "skus": list(wanted.reference.skus),
        "locales": list(fallback_chain(wanted.locale)),
        "created_date": None,
        "kind": Step.REQUESTED,
        "detail": "",
        "line": f"Asked to be told when {wanted.title} is back.",
    }
