"""The texts of one item while its feed is read, kept short."""

from dataclasses import dataclass, field

from activities.feeds.attributes import clean

# What is worth keeping of one text until it is cleaned and cut: it may be mostly spaces.
_LONGEST_TEXT = 10_000
_LONGEST_NAME = 100
_MOST_ATTRIBUTES = 1000


@dataclass(slots=True)
class Field:
    """One attribute and the pieces of its text."""

    name: str
    of_google: bool = True
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        if self.length < _LONGEST_TEXT:
            self.pieces.append(text[:_LONGEST_TEXT])
            self.length += len(text)


@dataclass(slots=True)
class ItemTexts:
    """Attributes by name, of Google's namespace and of the format itself; of each, the first."""

    google: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)

    def keep(self, given: Field) -> None:
        """Keep a field whose text is complete, unless it is empty or has come before."""
        kept = self.google if given.of_google else self.plain
        if given.name in kept or len(given.name) > _LONGEST_NAME or len(kept) == _MOST_ATTRIBUTES:
            return
        if text := clean("".join(given.pieces)):
            kept[given.name] = text

    def attributes(self) -> dict[str, str]:
        """All of them; where both have a name, Google's."""
        return self.plain | self.google
