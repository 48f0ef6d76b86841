"""Prefix search as a range of the sorted values, which an ordinary index can serve."""

from uuid import UUID

from domain.query.columns import GUID_TEXT

_LAST_CHAR = "\U0010ffff"
_SURROGATES = range(0xD800, 0xE000)


def fold(text: str) -> str:
    """Lower the letters A to Z only, as Postgres does in the collation "C" on every machine."""
    return text.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")


def end_of_prefix(prefix: str) -> str:
    """The lowest text above all that start so, by code point, which is the order of UTF-8 too.

    There is one unless the prefix is nothing but the last code point, which callers rule out.
    """
    stem = prefix.rstrip(_LAST_CHAR)
    above = ord(stem[-1]) + 1
    return stem[:-1] + chr(_SURROGATES.stop if above in _SURROGATES else above)


def uuid_range(prefix: str) -> tuple[UUID, UUID] | None:
    """The lowest and the highest UUID whose text has this prefix, None where there is none."""
    low = prefix + "00000000-0000-0000-0000-000000000000"[len(prefix) :]
    if not GUID_TEXT.fullmatch(low):
        return None
    return UUID(low), UUID(prefix + "ffffffff-ffff-ffff-ffff-ffffffffffff"[len(prefix) :])
