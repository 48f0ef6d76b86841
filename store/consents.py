"""The record of consents: who agreed to which text, when, where, and by which door."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.consent import ConsentKind
from store.database import Connection, Pool, load_queries

_sql = load_queries("consents")


@dataclass(frozen=True)
class Consents:
    """The consents of all sites; every method takes the site."""

    pool: Pool | Connection

    async def note(
        self,
        site: str,
        contact_id: UUID,
        request_id: UUID | None,
        kind: ConsentKind,
        source: str,
        text: str = "",
        url: str | None = None,
        *,
        network: str | None = None,
        locale: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Note what happened to a consent; nothing where the contact is gone.

        `source`: by which door, as in `storefront key <id>`. `text`: what was agreed to, stored
        once for the site. `network`: the shopper's. Without a date it is of now.
        """
        await _sql.note_consent(
            self.pool,
            site=site,
            contact_id=contact_id,
            request_id=request_id,
            at=at,
            kind=kind,
            source=source,
            network=network,
            digest=hashlib.sha256(text.encode()).digest() if text else None,
            text=text,
            url=url,
            locale=locale,
        )


async def forget_consents(connection: Connection, site: str, contact_id: UUID) -> int:
    """Delete what a contact agreed to, and the texts that nobody else did; returns how much."""
    whose = {"site": site, "contact_id": contact_id}
    texts = [row["digest"] async for row in _sql.hold_own_texts(connection, **whose)]
    deleted = [row async for row in _sql.delete_consents(connection, **whose)]
    # A statement of its own: somebody may have agreed to one while this waited for it.
    await _sql.drop_texts(connection, site=site, digests=texts)
    return len(deleted)
