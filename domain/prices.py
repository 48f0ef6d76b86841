"""Prices and sales as feeds write them.

Google asks for `199.00 SEK`; shops also write `SEK 199.00`, `199,00 SEK`, `1.299,00 EUR`,
`1 299,00 SEK` and `$19.99`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_SIGN = r"[$¢£¤¥֏؋฿៛\u20a0-\u20c0]"
_CURRENCY = rf"[A-Za-z]{{3}}|[A-Za-z]{{0,2}}{_SIGN}|kr\.?|zł|Kč|Ft"
_PRICE = re.compile(
    rf"(?P<before>{_CURRENCY})?\s*(?P<number>[0-9](?:[0-9., '\u2019]{{0,22}}[0-9])?)"
    rf"\s*(?P<after>{_CURRENCY})?",
)
_MARK_OF_GROUP = re.compile(r"(?<=[0-9])[ '\u2019](?=[0-9]{3}(?![0-9]))")
_GROUPED = "[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
# ISO 4217: a thousandth is the smallest coin of these, so three digits may follow their point.
_THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def _number(mark: str, point: str, decimals: str) -> re.Pattern[str]:
    whole = _GROUPED.format(mark=mark)
    return re.compile(rf"(?P<whole>{whole}|[0-9]+)(?:{point}(?P<part>{decimals}))?")


# Three digits after a lone mark are a group (1.299 EUR), where nothing speaks against it.
_USUAL = [_number(",", r"\.", "[0-9]{1,2}|[0-9]{4,}"), _number(r"\.", ",", "[0-9]{1,2}|[0-9]{4,}")]
_ANY_DECIMALS = [_number(",", r"\.", "[0-9]+"), _number(r"\.", ",", "[0-9]+")]


@dataclass(frozen=True)
class Price:
    """A decimal number as text, without exponent; an ISO 4217 code, or '' where unknown."""

    amount: str
    currency: str = ""


def parse_price(text: str) -> Price:
    """The price in `text`, whose spaces are plain and single.

    A sign (`$`, `kr`) is several countries' and gives no currency. Raises `ValueError` for
    negative numbers and everything else that is not one price.
    """
    match = _PRICE.fullmatch(text)
    if not match:
        raise ValueError(f"{text[:40]!r} is not a price")
    named = {found.upper() for found in (match["before"], match["after"]) if _is_code(found)}
    if len(named) > 1:
        raise ValueError(f"{text[:40]!r} is in two currencies")
    currency = "".join(named)
    return Price(_plain_decimal(match["number"], currency), currency)


def _is_code(found: str | None) -> bool:
    return found is not None and len(found) == 3 and found.isascii() and found.isalpha()


def _plain_decimal(number: str, currency: str) -> str:
    number = _MARK_OF_GROUP.sub("", number)
    usual = _ANY_DECIMALS if currency in _THREE_DECIMALS else _USUAL
    for pattern in usual + _ANY_DECIMALS:
        if match := pattern.fullmatch(number):
            return _written(match["whole"], match["part"] or "")
    raise ValueError(f"{number!r} is not a price")


def _written(whole: str, part: str) -> str:
    whole = re.sub("[.,]", "", whole).lstrip("0") or "0"
    # Shop systems print their columns: 199.0000.
    part = part[:2] + part[2:].rstrip("0")
    return f"{whole}.{part}" if part else whole


def price_now(price: Price | None, sale: Price | None, on_sale: bool) -> Price | None:
    """What a buyer pays: the sale's price while it runs, if it is one and lower than the price.

    Shop systems write a sale of 0, or of the price itself, where there is none.
    """
    if not (sale and on_sale and Decimal(sale.amount)):
        return price
    if price and Decimal(sale.amount) >= Decimal(price.amount):
        return price
    return sale


def is_within(interval: str, now: datetime) -> bool:
    """Whether `now` lies in `start/end` (ISO 8601). A time without a zone is in UTC.

    A date without a time means all of that day. Raises `ValueError` for anything else.
    """
    try:
        start, end = (_moment(text) for text in interval.split("/"))
        if _is_date(interval.rpartition("/")[2]):
            end += timedelta(days=1)
        return start <= now < end
    except (ValueError, OverflowError):
        raise ValueError(f"{interval[:60]!r} is not a start and an end") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_date(text: str) -> bool:
    return len(text.strip()) <= len("2026-11-21")
