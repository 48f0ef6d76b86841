"""All that is known of a shopper, as one JSON document that is written piece by piece."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic.alias_generators import to_camel
from pydantic_core import to_json

from store.store import Store

FILE_NAME = "shopper.json"


async def exported(store: Store, site: str, email: str) -> AsyncIterator[str]:
    """The document, in pieces of bounded size.

    Raises `ShopperNotFoundError`, before there is any, where nothing is known of the address.
    """
    known = await store.shoppers.known(site, email)
    contact = known.contact_id and await store.contacts.get(site, known.contact_id)
    head = {
        "email": email,
        "exportedDate": datetime.now(UTC),
        "contact": contact and _named(contact.model_dump()),
    }
    return _document(head, _parts(store, site, email, contact.id if contact else None))


def _parts(
    store: Store, site: str, email: str, contact_id: Any
) -> dict[str, AsyncIterator[dict[str, Any]]]:
    """The lists of the document, by their names."""
    shoppers = store.shoppers
    of_contact = {
        "requests": shoppers.requests,
        "endedRequests": shoppers.ended,
        "inbox": shoppers.inbox_lines,
        "messages": shoppers.messages,
        "consents": shoppers.consents,
    }
    of_address = {"purchases": shoppers.purchases, "importLines": shoppers.import_lines}
    return {
        **(
            {name: read(site, contact_id) for name, read in of_contact.items()}
            if contact_id
            else {}
        ),
        **{name: read(site, email) for name, read in of_address.items()},
    }


async def _document(
    head: Mapping[str, Any], parts: Mapping[str, AsyncIterator[dict[str, Any]]]
) -> AsyncIterator[str]:
    yield _text(head).removesuffix("}")
    for name, rows in parts.items():
        yield f',\n"{name}": ['
        separator = "\n"
        async for row in rows:
            yield f"{separator}{_text(_named(row))}"
            separator = ",\n"
        yield "]"
    yield "}\n"


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in row.items()}


def _text(value: Any) -> str:
    return to_json(value).decode()
