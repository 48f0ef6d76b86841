"""What one comparison finds, in words: why it does not hold, and why it does."""

from domain.conditions.evaluate import Comparison, comparable, fact_holds
from domain.conditions.facts import Facts, facts_of
from domain.conditions.shown import listed, shown
from domain.conditions.words import Words, words_of
from domain.query.fields import Value
from domain.query.filter import Compare, OneOf, Present, StartsWith


def why_unmet(leaf: Comparison | Present, facts: Facts) -> str:
    """The reason for a comparison that does not hold of these facts."""
    name, words, found = leaf.field.name, words_of(leaf.field), facts_of(leaf.field, facts)
    if isinstance(leaf, Present) or not found:
        return words.missing.format(name=name)
    if len(found) > 1:
        several = listed([shown(fact) for fact in found])
        return _sentence(leaf, f"none of {name}", found[0], several, met=True)
    return _sentence(leaf, name, found[0], words.show_fact(found[0], _given(leaf)), met=False)


def why_met(leaf: Comparison | Present, facts: Facts) -> str:
    """The reason for a comparison that holds of these facts."""
    name, words, found = leaf.field.name, words_of(leaf.field), facts_of(leaf.field, facts)
    if not found:  # Never bought is later than any number of days.
        return words.missing.format(name=name)
    if isinstance(leaf, Present):
        return words.present.format(name=name, fact=words.show_fact(found[0], ()))
    fact = next(fact for fact in found if fact_holds(leaf, fact))
    said = words.show_fact(fact, _given(leaf))
    if isinstance(leaf, Compare) and leaf.operator == "=":
        return words.stated.format(name=name, fact=said)
    return _sentence(leaf, name, fact, said, met=True)


def _given(leaf: Comparison) -> tuple[Value, ...]:
    match leaf:
        case Compare(_, _, value):
            return (value,)
        case OneOf(_, values):
            return values
        case StartsWith(_, prefix):
            return (prefix,)


def _sentence(leaf: Comparison, name: str, fact: object, said: str, met: bool) -> str:
    words = words_of(leaf.field)
    given = [words.show_given(value, fact) for value in _given(leaf)]
    if isinstance(leaf, StartsWith):
        return f"{name} {said} {'starts' if met else 'does not start'} with {given[0]}"
    judgement = _judgement(leaf, fact, words, given, met)
    return words.judged.format(name=name, fact=said, judgement=judgement)


def _judgement(
    leaf: Compare | OneOf, fact: object, words: Words, given: list[str], met: bool
) -> str:
    if isinstance(leaf, OneOf):
        return f"{'one' if met else 'none'} of {listed(given) or 'an empty list'}"
    if leaf.operator != "=" and comparable(fact, leaf.value) is None:
        return "not text" if isinstance(leaf.value, str) else "not a number"
    return (words.met if met else words.unmet)[leaf.operator].format(given[0])
