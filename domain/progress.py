"""How a restock goes on, in a sentence for the Temporal UI."""

from math import ceil

from domain.contracts import Announcement, PageResult


def progress(announcement: Announcement, result: PageResult, waiting: int) -> str:
    """`wave 3 of about 12: told 75 of 3,000, stock 4, next look 14:10`, by the shop's clock.

    `waiting`: how many waited when the wave began.
    """
    told = announcement.told + result.claimed
    parts = [f"told {told:,} of {max(told, announcement.told + waiting):,}"]
    parts += [] if result.stock is None else [f"stock {result.stock:,}"]
    if result.next_wave:
        parts.append(f"next look {result.next_wave:%H:%M}")
    elif result.held_back:
        parts.append(result.held_back)
    return f"wave {_waves(announcement, result, waiting)}: {', '.join(parts)}"


def _waves(announcement: Announcement, result: PageResult, waiting: int) -> str:
    """`3 of about 12`: the waves to come told as many as this one does."""
    wave = announcement.wave
    if not (result.next_wave and result.claimed):
        return str(wave)
    return f"{wave} of about {wave + ceil((waiting - result.claimed) / result.claimed)}"
