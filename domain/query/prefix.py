"""Prefix search as a range of the sorted values, which an ordinary index can serve."""

from uuid import UUID

from domain.query.fields import GUID_TEXT

_LAST_CHAR = "\U0010ffff"
_SURROGATES = range(0xD800, 0xE000)


def fold(text: str) -> str:
    """Lower the letters A to Z only, as Postgres does in the collation "C" on every machine."""
    return text.encode().lower().decode()


def text_range(prefix: str) -> tuple[str, str | None]:
    """The lowest text with this prefix and the lowest one above all of them, None for no end.

    In order of code points, which is also the order of UTF-8 bytes.
    """
    stem = prefix.rstrip(_LAST_CHAR)
    if not stem:
        return prefix, None
    above = ord(stem[-1]) + 1
    if above in _SURROGATES:
        above = _SURROGATES.stop
    return prefix, stem[:-1] + chr(above)


def uuid_range(prefix: str) -> tuple[UUID, UUID] | None:
    """The lowest and the highest UUID whose text has this prefix, None where there is none."""
    known = fold(prefix)
    low = known + "00000000-0000-0000-0000-000000000000"[len(known) :]
    if not GUID_TEXT.fullmatch(low):
        return None
    return UUID(low), UUID(known + "ffffffff-ffff-ffff-ffff-ffffffffffff"[len(known) :])
