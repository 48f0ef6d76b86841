"""A filter as a WHERE condition that is true or false of every row, never null."""

from domain.query.columns import GUID
from domain.query.fields import Field
from domain.query.filter import AllOf, AnyOf, Compare, Filter, Not, OneOf, Present, StartsWith
from domain.query.prefix import end_of_prefix, fold, uuid_range
from domain.query.sql_terms import Parameters, term_of


def filter_sql(node: Filter, parameters: Parameters) -> str:
    match node:
        case AllOf(parts):
            return _joined("AND", parts, parameters) if parts else "TRUE"
        case AnyOf(parts):
            return _joined("OR", parts, parameters)
        case Not(part):
            return f"(NOT {filter_sql(part, parameters)})"
        case _:
            return f"({_test(node, parameters)})"


def _joined(word: str, parts: tuple[Filter, ...], parameters: Parameters) -> str:
    return "(" + f" {word} ".join(filter_sql(part, parameters) for part in parts) + ")"


def _test(node: Compare | OneOf | StartsWith | Present, parameters: Parameters) -> str:
    term = term_of(node.field)
    match node:
        case Present(field):
            return _present(field)
        case Compare(field, operator, value):
            test = f"{term.expression} {operator} {parameters.add(term.put(value), term.sql_type)}"
            # What is missing lies below every value.
            return f"{test} AND {_present(field)}" if operator in ("<", "<=") else test
        case OneOf(_, values):
            listed = parameters.add([term.put(value) for value in values], f"{term.sql_type}[]")
            return f"{term.expression} = ANY({listed})"
        case StartsWith(field, prefix):
            return _prefix(field, prefix, parameters)


def _present(field: Field) -> str:
    term = term_of(field)
    return f"{term.expression} <> {term.missing}" if term.missing else "TRUE"


def _prefix(field: Field, prefix: str, parameters: Parameters) -> str:
    """A range of the folded text, so that an index on that serves it, wildcards or not."""
    term = term_of(field)
    if field.kind == GUID:
        return _uuid_prefix(term.expression, prefix, parameters)
    folded, low = f"lower({term.expression})", fold(str(term.put(prefix)))
    start, end = (parameters.add(bound, "text") for bound in (low, end_of_prefix(low)))
    return f"{folded} >= {start} AND {folded} < {end}"


def _uuid_prefix(expression: str, prefix: str, parameters: Parameters) -> str:
    bounds = uuid_range(prefix)
    if bounds is None:
        return "FALSE"
    low, high = (parameters.add(bound, "uuid") for bound in bounds)
    return f"{expression} BETWEEN {low} AND {high}"
