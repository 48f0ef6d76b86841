"""What those who wait would spend, and when they asked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.prices import Price, parse_price

TREND_DAYS = 90
"""How far back it is told how many asked each day."""

_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
# 1,299 is a thousand in one country and a little more than one in another; with a point it is a
# decimal number, which is how prices are given.
_AMBIGUOUS = re.compile(r"[0-9]{1,3},[0-9]{3}")


@dataclass(frozen=True)
class Money:
    """An amount in a currency (ISO 4217); '' where nobody names it."""

    amount: Decimal
    currency: str


def worth(price: str, currency: str, units: int) -> Money | None:
    """What so many units of an item cost: `("75.00", "SEK", 2)` is 150.00 SEK.

    None where the price is not known for sure: no number is better than a wrong one.
    """
    known = _price(price, currency.strip().upper())
    if known is None:
        return None
    return Money(Decimal(known.amount) * units, known.currency)


def sums(amounts: Iterable[Money | None]) -> list[Money]:
    """The sum in each currency, the largest first; what is not known is left out."""
    of: dict[str, Decimal] = {}
    for each in amounts:
        if each:
            of[each.currency] = of.get(each.currency, Decimal()) + each.amount
    found = [Money(amount, currency) for currency, amount in of.items()]
    return sorted(found, key=lambda money: (-money.amount, money.currency))


def days_until(now: datetime, time_zone: str) -> list[datetime]:
    """When each of the last `TREND_DAYS` days began by the clock of a time zone; today's last."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1))
    return [datetime.combine(day, time(), zone) for day in days]


def _price(text: str, currency: str) -> Price | None:
    text = " ".join(text.split())
    if _PLAIN.fullmatch(text):
        return Price(text, currency)
    if _AMBIGUOUS.fullmatch(text):
        return None
    try:
        read = parse_price(text)
    except ValueError:
        return None
    if read.currency and currency and read.currency != currency:
        return None
    return Price(read.amount, read.currency or currency)
