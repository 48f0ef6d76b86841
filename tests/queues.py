"""Queues of shoppers for one item, made without the API: of any length, with any wants."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shop import ORCHID, STORES, Shop
from shoppers import address

from domain.announcing import Candidate
from domain.catalog import CatalogReference, Item, Wanted
from domain.matching import StockLevel
from store.records import RequestRecord

BAG = CatalogReference(app_id=STORES, catalog_item_id="BAG")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def queue_up(shop: Shop, wants: Sequence[int] = (1,), **more: Any) -> list[RequestRecord]:
    """Shoppers who wait for the bag, the first the longest; each wants so many."""
    return await queue_of(shop, [{"quantity": quantity, **more} for quantity in wants])


async def queue_of(shop: Shop, wishes: Sequence[dict[str, Any]]) -> list[RequestRecord]:
    """The same, with more of what each wants."""
    asked = []
    for wish in wishes:
        wanted = Wanted(reference=BAG, email=address(), item=Item(**ORCHID), **wish)
        asked.append(await shop.store.requests.create(shop.site, wanted))
    await one_after_another(shop, [each.id for each in asked])
    return asked


async def one_after_another(shop: Shop, request_ids: Sequence[UUID]) -> None:
    """Let requests have been made in this order, a second apart, the last of them just now."""
    await shop.store.pool.execute(
        "UPDATE requests SET created_date = date_trunc('milliseconds', now())"
        " - make_interval(secs => cardinality($1::uuid[]) - array_position($1::uuid[], id))"
        " WHERE id = ANY ($1::uuid[])",
        list(request_ids),
    )


async def crowd(shop: Shop, size: int) -> None:
    """As many shoppers wait for the bag, each for one."""
    first, *_ = await queue_up(shop)
    await shop.store.pool.execute(
        "INSERT INTO requests (id, site, app_id, catalog_item_id, item_key, contact_id, email,"
        # As if their workflows ran: the reconciler is not to start them beside other tests.
        " address_key, item, skus, workflow_started, created_date)"
        " SELECT gen_random_uuid(), site, app_id, catalog_item_id, item_key, contact_id,"
        " 'crowd' || n || '@example.com', 'crowd' || n, item, skus, true,"
        " created_date + make_interval(secs => n / 1000.0)"
        " FROM requests, generate_series(1, $2) AS n WHERE id = $1",
        first.id,
        size - 1,
    )


async def stock(shop: Shop, quantity: int) -> None:
    """The inventory says how many bags there are; nothing is announced."""
    levels = [StockLevel(sku=BAG.catalog_item_id, quantity=quantity)]
    await shop.store.stock.update(shop.site, levels)
    await shop.store.pool.execute("DELETE FROM arrivals WHERE site = $1", shop.site)


async def forget_all(shop: Shop) -> None:
    """Nobody waits, and nothing is known or set."""
    for table in ("requests", "policies", "stock_levels", "arrivals", "restocks"):
        await shop.store.pool.execute(f"DELETE FROM {table} WHERE site = $1", shop.site)


async def make_vip(shop: Shop, request_ids: Sequence[UUID]) -> None:
    """Those who asked are very important, as their contacts' attributes say."""
    await shop.store.pool.execute(
        "UPDATE contacts SET attributes = $2 WHERE id IN"
        " (SELECT contact_id FROM requests WHERE id = ANY ($1::uuid[]))",
        list(request_ids),
        {"vip": True},
    )


def candidate(number: int, quantity: int = 1, vip: bool = True, asked: int = 0) -> Candidate:
    """A shopper in a queue: with this number, who asked so many days ago."""
    return Candidate(
        id=UUID(int=number),
        item_key="key",
        created_date=NOON - timedelta(days=asked),
        quantity=quantity,
        app_id="app",
        catalog_item_id="BAG",
        skus=("BAG",),
        locales=(),
        locale=None,
        external_id=None,
        has_feed=False,
        product=None,
        product_locale=None,
        contact={"vip": True} if vip else {},
        purchased_date=None,
        known_quantity=None,
    )
