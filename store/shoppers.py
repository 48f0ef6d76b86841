"""Shoppers, by their address: all that is known of one, and how it is forgotten."""

import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.errors import ContactNotFoundError, ShopperNotFoundError
from domain.ids import address_key
from domain.privacy import address_pattern
from store.contacts import Contacts
from store.database import Pool, load_queries
from store.erasure import Erased, erase_held, hold_shopper
from store.records import Record

_sql = load_queries("shoppers")
_consents_sql = load_queries("consents")

_PAGE = 500
# Each with its mails, which may be large.
_REQUESTS_PAGE = 20
_FIRST = UUID(int=0)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class KnownShopper(Record):
    """How much is known of an address. Without a contact it has bought, or is in a file."""

    contact_id: UUID | None
    created_date: datetime | None
    requests: int
    open_requests: int
    told: int
    inbox_lines: int
    consents: int
    purchases: int
    import_lines: int


class _ReaddressedError(Exception):
    """The address of a contact was changed meanwhile, and may be somebody else's by now."""


@dataclass(frozen=True)
class Shoppers:
    """The shoppers of all sites; every method takes the site. One is known by an address."""

    pool: Pool

    async def known(self, site: str, email: str) -> KnownShopper:
        """How much is known of an address. Raises `ShopperNotFoundError` where nothing is."""
        row = await _sql.summary(self.pool, site=site, **_named(email))
        known = KnownShopper.of(row)
        if not (known.contact_id or known.purchases or known.import_lines):
            raise ShopperNotFoundError()
        return known

    async def requests(self, site: str, contact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """What a shopper asked for, the oldest first: with timeline, deliveries and mails."""
        after = {"after_date": _LONG_AGO, "after_id": _FIRST}
        whose = {"site": site, "contact_id": contact_id, "limit": _REQUESTS_PAGE}
        while page := [dict(row) async for row in _sql.requests_of(self.pool, **whose, **after)]:
            mails = await self._mails(site, [request["id"] for request in page])
            for request in page:
                yield request | {"mails": mails.get(request["id"], [])}
            after = {"after_date": page[-1]["created_date"], "after_id": page[-1]["id"]}

    async def ended(self, site: str, contact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """What a shopper ended by the link in a mail, the oldest first."""
        whose = {"site": site, "contact_id": contact_id}
        first = {"after_date": _LONG_AGO, "after_id": _FIRST}
        place = {"after_date": "ended_date", "after_id": "id"}
        async for row in self._all(_sql.ended_of, whose, first, place):
            yield row

    async def inbox_lines(self, site: str, contact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """A shopper's thread of the inbox, the oldest line first."""
        whose = {"site": site, "contact_id": contact_id}
        async for line in self._all(_sql.lines_of, whose, {"after": 0}, {"after": "id"}):
            yield line

    async def messages(self, site: str, contact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """What the owner wrote to a shopper, the oldest first."""
        whose = {"site": site, "contact_id": contact_id}
        first = {"after_date": _LONG_AGO, "after_id": _FIRST}
        place = {"after_date": "created_date", "after_id": "id"}
        async for row in self._all(_sql.messages_of, whose, first, place):
            yield row

    async def consents(self, site: str, contact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """What a shopper agreed to, the oldest first, with the text."""
        whose = {"site": site, "contact_id": contact_id}
        async for row in self._all(_consents_sql.consents_of, whose, {"after": 0}, {"after": "id"}):
            yield row

    async def purchases(self, site: str, email: str) -> AsyncIterator[dict[str, Any]]:
        """What an address bought, by SKU."""
        whose = {"site": site, "address_key": address_key(email)}
        async for row in self._all(_sql.purchases_of, whose, {"after": ""}, {"after": "sku"}):
            yield row

    async def import_lines(self, site: str, email: str) -> AsyncIterator[dict[str, Any]]:
        """What files of other systems say of an address."""
        whose = {"site": site, **_named(email)}
        first = {"after_id": _FIRST, "after_line": 0}
        place = {"after_id": "import_id", "after_line": "line"}
        async for line in self._all(_sql.imported_of, whose, first, place):
            yield line

    async def erase(self, site: str, email: str) -> Erased:
        """Delete all that is known of an address, in one transaction.

        The workflows of the requests that were open are told afterwards. Of those that are over,
        their restocks keep the count. Raises `ShopperNotFoundError` where nothing was known.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            imported, contact_id = await hold_shopper(connection, site, address_key(email))
            erased = await erase_held(connection, site, address_key(email), contact_id, imported)
        if contact_id is None and not (erased.purchases or erased.import_lines):
            raise ShopperNotFoundError()
        return erased

    async def erase_contact(self, site: str, contact_id: UUID) -> Erased:
        """As `erase`, by the contact. Raises `ContactNotFoundError`."""
        while contact := await Contacts(self.pool).get(site, contact_id):
            key = address_key(contact.email)
            with suppress(_ReaddressedError):
                async with self.pool.acquire() as connection, connection.transaction():
                    imported, found = await hold_shopper(connection, site, key)
                    if found != contact_id:
                        raise _ReaddressedError
                    return await erase_held(connection, site, key, contact_id, imported)
        raise ContactNotFoundError()

    async def _mails(self, site: str, request_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        mails: dict[UUID, list[dict[str, Any]]] = {}
        async for row in _sql.mails_of(self.pool, site=site, request_ids=request_ids):
            source = zlib.decompress(row["mail"]).decode(errors="replace")
            mail = {"restockId": row["restock_id"], "source": source}
            mails.setdefault(row["request_id"], []).append(mail)
        return mails

    async def _all(
        self,
        query: Callable[..., AsyncIterator[Any]],
        whose: dict[str, Any],
        after: dict[str, Any],
        place: dict[str, str],
    ) -> AsyncIterator[dict[str, Any]]:
        """All rows, page by page; `place`: which columns say where the next page begins."""
        while page := [dict(row) async for row in query(self.pool, limit=_PAGE, **whose, **after)]:
            for row in page:
                yield row
            after = {name: page[-1][column] for name, column in place.items()}


def _named(email: str) -> dict[str, str]:
    """How an address is found: as it is, and in a text."""
    key = address_key(email)
    return {"address_key": key, "pattern": address_pattern(key)}
