"""What is known when a condition is evaluated, and what each field finds in it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from domain.conditions.fields import PRODUCT
from domain.query.fields import Field

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one request and of the restock that concerns it.

    `quantity`: how many came in; None where the source gave no count. `skus`: all that the
    request answers to. `since_purchase`: since the shopper bought the same SKU; None for never.
    `product`: the feed's attributes, with `price` as a plain decimal number. `contact`: JSON.
    """

    quantity: int | None = None
    locale: str | None = None
    skus: tuple[str, ...] = ()
    external_id: str | None = None
    age: timedelta = timedelta(0)
    since_purchase: timedelta | None = None
    product: Mapping[str, object] = field(default_factory=dict)
    contact: Mapping[str, object] = field(default_factory=dict)


def facts_of(named: Field, facts: Facts) -> tuple[object, ...]:
    """What a field finds: nothing where it is missing, several only for `sku`."""
    read = _OWN.get(named.name)
    return read(facts) if read else _attribute(named.name, facts)


def compared_facts_of(named: Field, facts: Facts) -> tuple[object, ...]:
    """The same for comparing, where never bought is infinitely long ago."""
    found = facts_of(named, facts)
    return (math.inf,) if not found and named.name == "daysSincePurchase" else found


def is_uncounted(named: Field, facts: Facts) -> bool:
    """Whether this is a quantity that nobody counted."""
    return facts.quantity is None and named.name == "quantity"


def _attribute(name: str, facts: Facts) -> tuple[object, ...]:
    holder, _, attribute = name.partition(".")
    if holder == PRODUCT:
        return _texts(facts.product.get(attribute))
    return _known(facts.contact.get(attribute))


def _known(value: object) -> tuple[object, ...]:
    return () if value is None else (value,)


def _texts(*values: object) -> tuple[object, ...]:
    """Those that are neither missing nor empty text."""
    return tuple(value for value in values if value is not None and value != "")


def _days(time: timedelta) -> float:
    return max(time / _DAY, 0.0)


def _days_since_purchase(facts: Facts) -> tuple[object, ...]:
    return () if facts.since_purchase is None else (_days(facts.since_purchase),)


_OWN: dict[str, Callable[[Facts], tuple[object, ...]]] = {
    "quantity": lambda facts: _known(facts.quantity),
    "locale": lambda facts: _texts(facts.locale),
    "sku": lambda facts: _texts(*facts.skus),
    "externalId": lambda facts: _texts(facts.external_id),
    "ageDays": lambda facts: (_days(facts.age),),
    "daysSincePurchase": _days_since_purchase,
}
