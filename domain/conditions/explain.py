"""Why conditions do not hold of facts, in one sentence."""

from domain.conditions.evaluate import holds
from domain.conditions.facts import Facts
from domain.conditions.parse import Conditions
from domain.conditions.sentences import why_met, why_unmet
from domain.conditions.shown import cut, one_line
from domain.query.filter import AllOf, AnyOf, Filter, Not

_LONGEST_REASON = 400


def unmet(conditions: Conditions, facts: Facts) -> str:
    """Why the conditions are not met, empty where they are.

    The reason is that of the first part that is not met: one line, at most 400 characters, such
    as `quantity 1 is below the minimum of 2`. It never raises, whatever the facts hold.
    """
    if holds(conditions.tree, facts):
        return ""
    return cut(one_line(_why_unmet(conditions.tree, facts)), _LONGEST_REASON)


def _why_unmet(node: Filter, facts: Facts) -> str:
    """Said of a node that does not hold."""
    match node:
        case Not(part):
            return f"it must not be that {_why_met(part, facts)}"
        case AllOf(parts):
            return _why_unmet(next(part for part in parts if not holds(part, facts)), facts)
        case AnyOf((part,)):
            return _why_unmet(part, facts)
        case AnyOf(parts):
            reasons = [_why_unmet(part, facts) for part in parts]
            return f"none of these holds: {'; '.join(reasons)}"
        case _:
            return why_unmet(node, facts)


def _why_met(node: Filter, facts: Facts) -> str:
    """Said of a node whose opposite does not hold."""
    match node:
        case Not(part):
            return _why_unmet(part, facts)
        case AllOf(()):
            return "every request passes"
        case AllOf(parts):
            return " and ".join(_why_met(part, facts) for part in parts)
        case AnyOf(parts):
            culprit = next(part for part in parts if not holds(part, facts, negated=True))
            return _why_met(culprit, facts)
        case _:
            return why_met(node, facts)
