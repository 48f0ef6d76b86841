"""Contacts: the people requests are of, with all that is known of them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.errors import ContactAlreadyExistsError, ContactNotFoundError
from domain.ids import address_key
from store.database import Connection, Pool, load_queries
from store.purchases import move_purchases
from store.records import Contact, ContactDetails

_sql = load_queries("contacts")


@dataclass(frozen=True)
class Contacts:
    """The contacts of all sites; every method takes the site. One contact per address."""

    pool: Pool

    async def create_or_find(self, site: str, details: ContactDetails) -> tuple[Contact, bool]:
        """The contact with this address, unchanged where it exists, and whether it was made now.

        Raises `ContactAlreadyExistsError` in the odd case that the other is erased at every look.
        """
        columns = _columns(details)
        for _ in range(3):
            if row := await _sql.create_contact(self.pool, site=site, id=uuid4(), **columns):
                return Contact.of(row), True
            if found := await self.find(site, details.email):
                return found, False
        raise ContactAlreadyExistsError()

    async def get(self, site: str, contact_id: UUID) -> Contact | None:
        row = await _sql.get_contact(self.pool, site=site, id=contact_id)
        return None if row is None else Contact.of(row)

    async def find(self, site: str, email: str) -> Contact | None:
        """The contact with this address, whatever the case of its letters."""
        row = await _sql.find_contact(self.pool, site=site, address_key=address_key(email))
        return None if row is None else Contact.of(row)

    @asynccontextmanager
    async def held(self, site: str, contact_id: UUID) -> AsyncIterator[tuple[Contact, Connection]]:
        """A contact that nobody changes or erases meanwhile, and the transaction that sees to it.

        Raises `ContactNotFoundError`.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            row = await _sql.hold_contact(connection, site=site, id=contact_id)
            if row is None:
                raise ContactNotFoundError()
            yield Contact.of(row), connection

    async def change(self, site: str, contact_id: UUID, changes: Mapping[str, Any]) -> Contact:
        """Change some of the fields of `ContactDetails`; returns the whole contact.

        Requests and purchases go with a changed address. Raises `ContactNotFoundError`, and
        `ContactAlreadyExistsError` where another contact has the new address.
        """
        try:
            async with self.held(site, contact_id) as (contact, connection):
                details = contact.model_copy(update=dict(changes))
                if details.email != contact.email:
                    await _readdress(connection, site, contact, details.email)
                return Contact.of(
                    await _sql.change_contact(
                        connection, site=site, id=contact_id, **_columns(details)
                    )
                )
        except asyncpg.UniqueViolationError:
            raise ContactAlreadyExistsError() from None


async def hold_requests(connection: Connection, site: str, contact_id: UUID) -> None:
    """Keep the requests of a contact from being changed by others until the transaction ends."""
    await _sql.hold_requests(connection, site=site, contact_id=contact_id)


async def _readdress(connection: Connection, site: str, contact: Contact, email: str) -> None:
    old, new = address_key(contact.email), address_key(email)
    whose = {"site": site, "contact_id": contact.id}
    await hold_requests(connection, site, contact.id)
    await _sql.readdress_requests(connection, **whose, email=email, address_key=new)
    if new != old:
        await move_purchases(connection, site, old, new)


def _columns(details: ContactDetails) -> dict[str, Any]:
    fields = set(ContactDetails.model_fields)
    return details.model_dump(include=fields) | {"address_key": address_key(details.email)}
