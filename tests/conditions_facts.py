"""Facts of one request, and what conditions say of them."""

from datetime import timedelta
from typing import Any

from domain.conditions import Facts, parse_conditions, unmet

EXAMPLE: dict[str, Any] = {
    "quantity": 1,
    "locale": "pl-PL",
    "skus": ("AB_1",),
    "external_id": None,
    "age": timedelta(days=200, hours=5),
    "since_purchase": timedelta(days=3, hours=5),
    "product": {"price": "600.00", "weight": "1.5 kg", "brand": "Acme"},
    "contact": {
        "vip": False,
        "tier": "gold",
        "level": 5,
        "since": "2024-01-01",
        "tags": ["a"],
        "home": {"city": "Lund"},
        "nick": " bo",
        "flag": "true",
        "gone": None,
    },
}


def reason(raw: object, **facts: Any) -> str:
    """Why the conditions are not met by the example facts, with these in their place."""
    return unmet(parse_conditions(raw), Facts(**(EXAMPLE | facts)))
