"""Whether a restock is announced to one shopper who waits, and if not, why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.catalog import VOYADO_APP_ID
from domain.conditions import Facts, unmet
from domain.contracts import QueuePosition, Source, StockChangedSignal
from domain.policy import Policy
from domain.products import Product


class Candidate(BaseModel):
    """A request that waits for an item which is back, with what is known for its decision.

    `has_feed`: whether a product feed is configured for its locale or language. `product`: its
    product data, which may be of the site's default locale; `product_locale` says. `contact`:
    the contact's attributes. `known_quantity`: the last stock level that concerns it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    item_key: str
    created_date: datetime
    app_id: str
    catalog_item_id: str
    skus: tuple[str, ...]
    locales: tuple[str, ...]
    locale: str | None
    external_id: str | None
    has_feed: bool
    product: Product | None
    product_locale: str | None
    contact: dict[str, Any]
    purchased_date: datetime | None
    known_quantity: int | None

    @property
    def position(self) -> QueuePosition:
        return QueuePosition(created_date=self.created_date, request_id=self.id)


def reason_for_nobody(policy: Policy, stock: StockChangedSignal | None) -> str:
    """Why a restock is announced to nobody at all; empty where it is not so."""
    if not policy.automation:
        return "automation is switched off"
    return _below_minimum(policy, None if stock is None else stock.quantity)


def reason_to_wait(
    candidate: Candidate, policy: Policy, stock: StockChangedSignal | None, now: datetime
) -> str:
    """Why this shopper is not told of a restock; empty where they are.

    `stock`: what came in; none where somebody reported the item, whatever its quantity and its
    product data. Voyado's fixed conditions come first, then the minimum, then the owner's own.
    """
    quantity = _quantity(candidate, stock)
    return (
        (stock and _unmet_by_dialect(candidate))
        or _below_minimum(policy, quantity)
        or unmet(policy.parsed_conditions, _facts(candidate, quantity, now))
    )


def _unmet_by_dialect(candidate: Candidate) -> str:
    """Voyado's fixed conditions: a feed for the locale, and product data for the SKU in it."""
    if candidate.app_id != VOYADO_APP_ID:
        return ""
    sku, product = candidate.catalog_item_id, candidate.product
    if not candidate.has_feed:
        return f"no product feed is configured for {candidate.locale}"
    if product is None or candidate.product_locale not in candidate.locales:
        return f"the product feed for {candidate.locale} has no {sku}"
    missing = [field for field in ("name", "price") if not getattr(product, field)]
    return f"the product feed has no {' and no '.join(missing)} for {sku}" if missing else ""


def _below_minimum(policy: Policy, quantity: int | None) -> str:
    minimum = policy.minimum_stock
    if quantity is None or quantity >= minimum:
        return ""
    return f"quantity {quantity} is below the minimum of {minimum}"


def _quantity(candidate: Candidate, stock: StockChangedSignal | None) -> int | None:
    """A feed gives no count; what the inventory says then counts, above all that there is none."""
    if stock and stock.source is Source.PRODUCT_FEED:
        return candidate.known_quantity
    return stock.quantity if stock else None


def _facts(candidate: Candidate, quantity: int | None, now: datetime) -> Facts:
    product, purchased = candidate.product, candidate.purchased_date
    return Facts(
        quantity=quantity,
        locale=candidate.locale,
        skus=candidate.skus,
        external_id=candidate.external_id,
        age=now - candidate.created_date,
        since_purchase=now - purchased if purchased else None,
        product=_product_facts(product) if product else {},
        contact=candidate.contact,
    )


def _product_facts(product: Product) -> dict[str, str]:
    """The feed's attributes, with what Restock made of those it understands over them."""
    known = product.model_dump(exclude={"data", "group"})
    return product.data | {name: str(value) for name, value in known.items() if value}
