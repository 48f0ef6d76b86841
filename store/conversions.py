"""What mails come to: who came back to the shop by their link, and who bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import LinkTokenNotFoundError
from domain.visits import ATTRIBUTED_FOR, read_token
from store.database import Connection, Pool, load_queries
from store.records import Record

_sql = load_queries("conversions")


class Reached(Record):
    """How many of those told came back by the link in their mail, and how many bought."""

    visited: int = 0
    bought: int = 0


class ItemReached(Reached):
    """The same of an item, over some time. `newest`: its last wave."""

    item_key: str
    newest: UUID
    sku: str
    told: int


@dataclass(frozen=True)
class Conversions:
    """The conversions of all sites. Who visits is known by the token of a mail alone."""

    pool: Pool

    async def visit(self, token: str) -> bool:
        """Note the visit of whoever came by a mail's link; the first one counts.

        False where no mail has that token: it is made up, or its shopper was erased.
        """
        found = await self._mail_of(token)
        if found is None:
            return False
        site, request_id, restock_id = found
        await _sql.note_visit(self.pool, site=site, request_id=request_id, restock_id=restock_id)
        return True

    async def buy(self, site: str, token: str, at: datetime | None = None) -> bool:
        """Note the purchase of whoever came by a mail's link; without a date, now.

        Returns whether it is one that the mail led to and that is not counted yet. Raises
        `LinkTokenNotFoundError` where no mail of the site has the token.
        """
        found = await self._mail_of(token)
        if found is None or found[0] != site:
            raise LinkTokenNotFoundError()
        named = {"site": site, "request_id": found[1]}
        async with self.pool.acquire() as connection, connection.transaction():
            await _sql.hold_buyer(connection, **named)
            counted = await _sql.note_bought(
                connection, **named, restock_id=found[2], at=at, attributed_for=ATTRIBUTED_FOR
            )
        return counted is not None

    async def of_restocks(self, site: str, restock_ids: Sequence[UUID]) -> dict[UUID, Reached]:
        """What came of each restock."""
        rows = _sql.of_restocks(self.pool, site=site, restock_ids=list(restock_ids))
        return {row["restock_id"]: Reached.of(row) async for row in rows}

    async def of_items(self, site: str, since: datetime, limit: int) -> list[ItemReached]:
        """What came of each item's restocks since a moment; those most told first."""
        rows = _sql.of_items(self.pool, site=site, since=since, limit=limit)
        return [ItemReached.of(row) async for row in rows]

    async def _mail_of(self, text: str) -> tuple[str, UUID, UUID] | None:
        """The site, the request and the restock of the mail in which a token stands."""
        token = read_token(text)
        if token is None:
            return None
        ids = token.request_id, token.restock_id
        row = await _sql.mail_of(self.pool, request_id=ids[0], restock_id=ids[1])
        if row is None or not token.is_genuine(row["cursor_key"]):
            return None
        return row["site"], *ids


async def attribute_purchases(
    connection: Connection,
    site: str,
    address_keys: Sequence[str],
    skus: Sequence[str],
    purchased: Sequence[datetime],
) -> None:
    """Note which of some purchases a mail led to, each counted once."""
    await _sql.note_purchases(
        connection,
        site=site,
        address_keys=list(address_keys),
        skus=list(skus),
        purchased=list(purchased),
        attributed_for=ATTRIBUTED_FOR,
    )
