"""When somebody asked, as other systems write it down."""

import re
from datetime import UTC, datetime, tzinfo

_ZONE = re.compile(r"\s*(UTC|GMT|Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
_EARLIEST_YEAR = 2000


def asked_moment(text: str, zone: tzinfo) -> datetime:
    """The moment a text says; of `zone` where it does not say which. Raises `ValueError`."""
    try:
        moment = datetime.fromisoformat(_ZONE.sub(_iso_offset, text))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a date such as 2026-03-31 or 2026-03-31 18:05") from None
    if moment.year < _EARLIEST_YEAR:
        raise ValueError(f"is before the year {_EARLIEST_YEAR}")
    return moment


def is_a_whole_day(text: str) -> bool:
    """Whether a text that says a moment names no hour."""
    return ":" not in text


def in_milliseconds(moment: datetime) -> datetime:
    """A moment as requests are dated."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _iso_offset(match: re.Match[str]) -> str:
    offset = match[1].upper()
    return "+00:00" if offset in ("UTC", "GMT", "Z") else offset
