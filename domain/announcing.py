"""To whom of those who wait a restock is announced, and why not to the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.catalog import VOYADO_APP_ID
from domain.conditions import Facts, unmet
from domain.contracts import QueuePosition, Source
from domain.policy import Policy
from domain.products import Product
from domain.waves import Share


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
    quantity: int
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


@dataclass(frozen=True)
class Decision:
    """What becomes of some candidates: who is told, and why others wait on.

    `left_over`: some could be told, but not in this wave.
    """

    told: Sequence[Candidate]
    waits: dict[UUID, str]
    left_over: bool


@dataclass(frozen=True)
class Situation:
    """What a restock goes by at one moment.

    `stock`: how many there are; none without a count, and where somebody reported the item: a
    report says that it is back, whatever its quantity. `named`: whoever reported named the
    requests, and so decided already.
    """

    policy: Policy
    source: Source
    stock: int | None
    share: Share
    now: datetime
    named: bool = False

    def decide(self, candidates: Sequence[Candidate]) -> Decision:
        """Who of these candidates, the next of the queue, is told now."""
        nobody = self.reason_for_nobody()
        reasons = {each.id: nobody or self.reason_to_wait(each) for each in candidates}
        willing = [each for each in candidates if not reasons[each.id]]
        told = willing[: self.share.heads([each.quantity for each in willing])]
        rest = willing[len(told) :]
        if self.share.less(_wanted(told)).shoppers == 0:
            reasons |= dict.fromkeys((each.id for each in rest), self._cap_reached())
            rest = []
        waits = {request_id: reason for request_id, reason in reasons.items() if reason}
        return Decision(told=told, waits=waits, left_over=bool(rest))

    def reason_for_nobody(self) -> str:
        """Why nobody at all is told; empty where it is not so."""
        if not self.policy.automation:
            return "automation is switched off"
        if below := self.below_minimum():
            return below
        return self._cap_reached() if self.share.shoppers == 0 else ""

    def below_minimum(self) -> str:
        """Why the stock does not suffice; empty where it does, or where nobody counted it."""
        return _below_minimum(self.policy, self.stock)

    def reason_to_wait(self, candidate: Candidate) -> str:
        """Why this shopper is not told; empty where they may be.

        Voyado's fixed conditions come first, then the minimum, then the owner's own.
        """
        if self.named:
            return ""
        quantity = self._quantity(candidate)
        return (
            (self.source is not Source.REPORT and _unmet_by_dialect(candidate))
            or _below_minimum(self.policy, quantity)
            or unmet(self.policy.parsed_conditions, _facts(candidate, quantity, self.now))
        )

    def share_after(self, decision: Decision) -> Share:
        """What is left of the wave's share."""
        return self.share.less(_wanted(decision.told))

    def _quantity(self, candidate: Candidate) -> int | None:
        """A feed gives no count; what the inventory says counts, above all that there is none."""
        of_feed = self.source is Source.PRODUCT_FEED
        return candidate.known_quantity if of_feed else self.stock

    def _cap_reached(self) -> str:
        return f"the cap of {self.policy.cap_per_restock} shoppers per restock is reached"


def _wanted(candidates: Sequence[Candidate]) -> list[int]:
    return [candidate.quantity for candidate in candidates]


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
