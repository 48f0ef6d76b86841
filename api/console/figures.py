"""What an owner reads at a glance: money, how many asked week by week, which variant."""

from collections.abc import Sequence
from typing import Any

from babel.numbers import format_currency, format_decimal, list_currencies

from domain.demand import Money

_LOCALE = "en"
# Not by its sign, which is several countries'.
_BY_CODE = "¤¤ #,##0.00"
_LONGEST = 120
_CURRENCIES = list_currencies()


def money(amount: Money) -> str:
    """`SEK 1,299.00`; the number alone where nobody names the currency."""
    if amount.currency in _CURRENCIES:
        return str(format_currency(amount.amount, amount.currency, _BY_CODE, locale=_LOCALE))
    number = format_decimal(amount.amount, format="#,##0.00", locale=_LOCALE)
    return f"{number} {amount.currency}".rstrip()


def weeks(asked: Sequence[int]) -> list[int]:
    """How many asked in each week, of how many on each day; the last week ends today."""
    first = len(asked) % 7
    parts = [asked[:first]] if first else []
    parts += [asked[start : start + 7] for start in range(first, len(asked), 7)]
    return [sum(part) for part in parts]


def variant(options: dict[str, Any] | None) -> str:
    """`Colour: Blue, Size: M`: the variant that a catalogue's options name, where they say so."""
    named = (options or {}).get("options", options)
    if not isinstance(named, dict):
        return ""
    said = {name: value for name, value in named.items() if isinstance(value, str | int)}
    return ", ".join(f"{name}: {value}" for name, value in said.items())[:_LONGEST]
