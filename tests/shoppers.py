"""Shoppers, items and references that no two tests share."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from shop import ORCHID, STORES

from domain.catalog import CatalogReference, Item, Wanted
from domain.contracts import PAGE_SIZE, Announcement, Page, PageResult
from domain.policy import Order
from store.records import ClaimedRequest
from store.store import Store


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


def orchid_page(site: str, announcement: Announcement) -> Page:
    """A page of a restock of what `Shop.ask` asks for."""
    return Page(site=site, item_key=orchid_key(), request_ids=(), announcement=announcement)


async def claimed_page(store: Store, page: Page) -> list[ClaimedRequest]:
    """Claim a page, as a worker does that dies before it signals."""
    told = await store.restocks.candidates(page, Order.OLDEST, PAGE_SIZE)
    result = PageResult(more=len(told) == PAGE_SIZE, after=told[-1].position)
    return await store.restocks.take(page, told, {}, result)


def part(mail: EmailMessage, subtype: str) -> str:
    """The `plain` or the `html` part of a mail."""
    body = mail.get_body((subtype,))
    assert body is not None
    return str(body.get_content())
