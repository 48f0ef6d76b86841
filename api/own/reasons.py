"""Why shoppers wait on, counted."""

from collections import Counter
from collections.abc import Mapping

from api.fields import Model

_NAMED = 20
_OTHERS = "other reasons"


class ReasonBody(Model):
    """How many wait on for one reason."""

    reason: str
    count: int


def counted(reasons: Mapping[str, int]) -> list[ReasonBody]:
    """The commonest reason first; after twenty, the others as one."""
    in_order = Counter(dict(sorted(reasons.items()))).most_common()
    named, others = in_order[:_NAMED], sum(count for _, count in in_order[_NAMED:])
    named += [(_OTHERS, others)] if others else []
    return [ReasonBody(reason=reason, count=count) for reason, count in named]
