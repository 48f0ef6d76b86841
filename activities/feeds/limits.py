"""How much of a feed is read before it is taken for a fault or an attack."""

from dataclasses import dataclass

MOST_BYTES = 2 * 1024**3
MOST_ITEMS = 5_000_000
LONGEST_ITEM = 10_000_000


@dataclass(frozen=True)
class Limits:
    """`bytes` of a feed, unpacked; its `items`; characters of one item (`item_length`)."""

    bytes: int = MOST_BYTES
    items: int = MOST_ITEMS
    item_length: int = LONGEST_ITEM
