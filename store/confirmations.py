"""Requests whose shoppers are asked to confirm that the address is theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from domain.policy import Policy
from store.consents import forget_consents
from store.database import Pool, load_queries
from store.records import MailContent, RequestRecord

_sql = load_queries("confirmations")
# So that nobody can fill somebody else's mailbox.
_ASK_AGAIN_AFTER = timedelta(minutes=15)
_MOST_A_DAY = 3


class Asking(MailContent):
    """Everything that a mail needs which asks for a confirmation.

    `link_key`: what signs the links in it.
    """

    email: str
    contact_id: UUID
    catalog_item_id: str
    mail_from: str | None
    link_key: bytes = Field(repr=False)


@dataclass(frozen=True)
class Confirmations:
    """Over all sites; every method that is about one request takes its site."""

    pool: Pool

    async def ask(self, site: str, request_id: UUID, number: int) -> Asking | None:
        """Note that a shopper is asked to confirm a request; `number`: for which time.

        None where nothing is to be confirmed any more, where the shopper was asked for this
        request in the last quarter of an hour, or three times in a day for whatever requests. Safe
        to repeat with the same number.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            await _sql.hold_shopper(connection, site=site, id=request_id)
            row = await _sql.ask(
                connection,
                site=site,
                id=request_id,
                number=str(number),
                again_after_seconds=_ASK_AGAIN_AFTER.total_seconds(),
                most_a_day=_MOST_A_DAY,
            )
        return None if row is None else Asking.of(row)

    async def confirm(self, site: str, request_id: UUID) -> RequestRecord | None:
        """Let a request wait from now on, in its old place; its workflow is told afterwards.

        None where it is not to be confirmed (any more).
        """
        row = await _sql.confirm(self.pool, site=site, id=request_id)
        return None if row is None else RequestRecord.of(row)

    async def forget(self, limit: int) -> int:
        """Delete what nobody confirmed for as long as its site's policy says; returns how many.

        With the contact, where the request had made it and there is nothing else of it.
        """
        days = Policy().forget_unconfirmed_after_days
        rows = [row async for row in _sql.forget_unconfirmed(self.pool, days=days, limit=limit)]
        for row in rows:
            await self._forget_stranger(row["site"], row["contact_id"], row["created_date"])
        return len(rows)

    async def _forget_stranger(self, site: str, contact_id: UUID, made: datetime) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            whose = {"site": site, "id": contact_id}
            if await _sql.hold_stranger(connection, **whose, created_date=made) is None:
                return
            # A statement of its own: the shopper may have asked anew while this waited.
            if not await _sql.is_known(connection, id=contact_id):
                await forget_consents(connection, site, contact_id)
                await _sql.forget_stranger(connection, **whose)
