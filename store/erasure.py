"""How a shopper is forgotten: what is deleted, in which order, and what is counted of it."""

from uuid import UUID

from domain.privacy import address_pattern
from store.consents import forget_consents
from store.contacts import hold_requests
from store.database import Connection, load_queries
from store.imports import forget_imported
from store.purchases import forget_purchases
from store.records import Record

_sql = load_queries("shoppers")


class Erased(Record):
    """How much was erased. `withdrawn`: the requests that were open."""

    requests: int = 0
    inbox_lines: int = 0
    consents: int = 0
    purchases: int = 0
    import_lines: int = 0
    withdrawn: tuple[UUID, ...] = ()

    @property
    def open_requests(self) -> int:
        return len(self.withdrawn)


async def hold_shopper(connection: Connection, site: str, key: str) -> tuple[int, UUID | None]:
    """Forget the lines of files, and keep the contact from being changed by others.

    In this order, in which an import makes requests of its lines: so none is made afterwards.
    Returns how many lines there were, and the contact where there is one.
    """
    imported = await forget_imported(connection, site, key)
    contact_id: UUID | None = await _sql.hold_contact_of(connection, site=site, address_key=key)
    return imported, contact_id


async def erase_held(
    connection: Connection, site: str, key: str, contact_id: UUID | None, imported: int
) -> Erased:
    """Delete all else that is known of an address that is held; `imported` lines are gone."""
    address = {"site": site, "address_key": key}
    purchases = await forget_purchases(connection, site, key)
    await _sql.erase_test_mails(connection, **address)
    await _sql.end_bulk_actions(connection, site=site, pattern=address_pattern(key))
    erased = Erased(purchases=purchases, import_lines=imported)
    if contact_id is not None:
        whose = {"site": site, "contact_id": contact_id}
        await hold_requests(connection, site, contact_id)
        await _sql.hold_restocks_of(connection, **whose)
        gone = [dict(row) async for row in _sql.erase_requests(connection, **whose)]
        consents = await forget_consents(connection, site, contact_id)
        lines = await _sql.erase_contact(connection, site=site, id=contact_id)
        withdrawn = tuple(request["id"] for request in gone if request["is_open"])
        erased = Erased(
            requests=len(gone),
            inbox_lines=lines,
            consents=consents,
            purchases=purchases,
            import_lines=imported,
            withdrawn=withdrawn,
        )
    # Last: what is answered while this waited for the contact is there by now.
    await _sql.erase_answers(connection, **address, contact_id=contact_id)
    return erased
