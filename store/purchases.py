"""Who bought what when: the last purchase of each sku by each address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.errors import ContactNotFoundError
from domain.ids import address_key
from store.conversions import attribute_purchases
from store.database import Connection, Pool, load_queries

_sql = load_queries("purchases")


@dataclass(frozen=True)
class Purchase:
    """One purchase: by an address, or by a contact; without a date, now."""

    sku: str
    buyer: str | UUID
    at: datetime | None = None


@dataclass(frozen=True)
class Purchases:
    """The purchases of all sites; every method takes the site."""

    pool: Pool

    async def record(self, site: str, purchases: Sequence[Purchase]) -> None:
        """Keep the newest of each address and sku. One of the future counts as one of now.

        What a mail led to is counted for its restock.

        All or nothing. Raises `ContactNotFoundError` naming `[i].contactId` of each unknown one.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            keys = await _address_keys(connection, site, purchases)
            now = datetime.now(UTC)
            skus = [purchase.sku for purchase in purchases]
            dates = [purchase.at or now for purchase in purchases]
            await _sql.record_purchases(
                connection, site=site, address_keys=keys, skus=skus, purchased=dates
            )
            await attribute_purchases(connection, site, keys, skus, dates)


async def move_purchases(connection: Connection, site: str, old: str, new: str) -> None:
    """What one address key bought, another has bought."""
    await _sql.move_purchases(connection, site=site, old=old, new=new)


async def forget_purchases(connection: Connection, site: str, key: str) -> int:
    """Delete what an address key bought; returns how many purchases."""
    rows = _sql.forget_purchases(connection, site=site, address_key=key)
    return len([row async for row in rows])


async def _address_keys(
    connection: Connection, site: str, purchases: Sequence[Purchase]
) -> list[str]:
    """The address key of each buyer, in order."""
    ids = [purchase.buyer for purchase in purchases if isinstance(purchase.buyer, UUID)]
    rows = _sql.addresses_of(connection, site=site, contact_ids=ids)
    known = {row["id"]: row["address_key"] async for row in rows}
    keys = [
        known.get(buyer) if isinstance(buyer, UUID) else address_key(buyer)
        for buyer in (purchase.buyer for purchase in purchases)
    ]
    unknown = [f"[{index}].contactId" for index, key in enumerate(keys) if key is None]
    if unknown:
        raise ContactNotFoundError(*unknown)
    return [key for key in keys if key is not None]
