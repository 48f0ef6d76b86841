"""What a benchmark finds out: one line for each measure, with what it is held against."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One measure, by its values in repeated runs.

    `beside`: the values of the plain way of doing the same, which `plain` names; as many, each
    measured right before or after its counterpart, or none. `target`: what the ratio or the value
    should be, in words. `note`: what else there is to know.
    """

    what: str
    unit: str
    values: Sequence[float]
    beside: Sequence[float] = ()
    plain: str = ""
    target: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def median_beside(self) -> float | None:
        return statistics.median(self.beside) if self.beside else None

    @property
    def ratio(self) -> float | None:
        """The median over the pairs of runs: what slows the machine down slows both of a pair.

        None without a counterpart, or where that is nothing.
        """
        if not self.beside or not all(self.beside):
            return None
        pairs = zip(self.values, self.beside, strict=True)
        return statistics.median(value / beside for value, beside in pairs)

    def as_json(self) -> dict[str, Any]:
        """The line as `results.json` has it."""
        known = {
            "what": self.what,
            "unit": self.unit,
            "median": _short(self.median),
            "runs": [_short(value) for value in self.values],
        }
        if self.beside:
            known |= {
                "plain": self.plain,
                "medianBeside": _short(self.median_beside),
                "runsBeside": [_short(value) for value in self.beside],
                "ratio": _short(self.ratio),
            }
        texts = {"target": self.target, "note": self.note}
        return known | {name: text for name, text in texts.items() if text}


@dataclass(frozen=True)
class Plan:
    """How much is measured. `tell` hears what is done just now."""

    rounds: int = 3
    workers: int = 1
    hot: Sequence[int] = (1_000, 10_000)
    probes: int = 100
    crowd: int = 10_000
    created: int = 500
    waiting: int = 50_000
    levels: int = 10_000
    feed_items: int = 200_000
    rows: int = 1_000_000
    clients: int = 100
    seconds: int = 60
    page_rows: int = 100_000
    tell: Callable[[str], None] = field(default=print)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
