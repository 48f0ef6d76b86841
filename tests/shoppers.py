"""Shoppers, items and references that no two tests share."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from shop import ORCHID, STORES

from domain.catalog import CatalogReference, Item, Wanted


def address(name: str = "shopper") -> str:
    """A new address; the mail server of the tests behaves as the name says."""
    return f"{name}-{uuid4().hex[:8]}@example.com"


def orchid_key(options: dict[str, Any] | None = None) -> str:
    """The item key of what `Shop.ask` asks for."""
    reference = CatalogReference(app_id=STORES, catalog_item_id="orchid", options=options)
    return reference.item_key


def wanted(email: str, item: Item | None = None) -> Wanted:
    """What a shopper asks for, as the store takes it."""
    reference = CatalogReference(app_id=STORES, catalog_item_id="orchid")
    return Wanted(reference=reference, email=email, item=item or Item(**ORCHID))


def part(mail: EmailMessage, subtype: str) -> str:
    """The `plain` or the `html` part of a mail."""
    body = mail.get_body((subtype,))
    assert body is not None
    return str(body.get_content())
