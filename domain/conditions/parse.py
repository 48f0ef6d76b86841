"""Reads the JSON of conditions."""

from dataclasses import dataclass, field

from domain.conditions.fields import find_condition_field
from domain.query.filter import Filter
from domain.query.parse_filter import parse_filter


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions as `parse_conditions` read them; the same JSON text, the same conditions.

    The tree takes no part in comparing: to Python, `true` in it equals 1.
    """

    json: str
    tree: Filter = field(compare=False, repr=False)


def parse_conditions(raw: object, path: str = "conditions") -> Conditions:
    """Read the JSON value of conditions; an empty object is no conditions.

    Whatever `raw` is, the only error is `QueryError`, naming the offending part by a path that
    starts at `path`, such as `conditions.quantity.$gte`.
    """
    tree, text = parse_filter(raw, path, find_condition_field)
    return Conditions(text, tree)
