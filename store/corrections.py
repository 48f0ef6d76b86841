"""Correcting the address of a request."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from domain.errors import AddressInUseError, RequestAlreadyExistsError, RequestNotFoundError
from domain.ids import address_key
from store.database import Pool, load_queries

_sql = load_queries("corrections")


@dataclass(frozen=True)
class Corrections:
    """Of the requests of all sites; every method takes the site."""

    pool: Pool

    async def address(self, site: str, request_id: UUID, email: str) -> None:
        """Give a request that waits or FAILED another address, noted in its timeline.

        Raises `RequestNotFoundError`, `AddressInUseError` where a mail may be under way or was
        sent, and `RequestAlreadyExistsError` where the new address already waits for the item.
        """
        try:
            row = await _sql.correct_address(
                self.pool,
                site=site,
                id=request_id,
                contact_id=uuid4(),
                email=email,
                address_key=address_key(email),
                line="Corrected the address.",
            )
        except asyncpg.UniqueViolationError:
            # Somebody asked with that address just now.
            raise RequestAlreadyExistsError(None) from None
        if row is None:
            raise RequestNotFoundError()
        if row["taken"]:
            raise RequestAlreadyExistsError(row["taken"])
        if not row["corrected"]:
            raise AddressInUseError()
