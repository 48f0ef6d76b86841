"""A filter as a WHERE condition that is true or false of every row, never null."""

from domain.query.fields import GUID, Field
from domain.query.filter import AllOf, AnyOf, Compare, Filter, Not, OneOf, Present, StartsWith
from domain.query.prefix import fold, text_range, uuid_range
from domain.query.sql_terms import Parameters, present_sql, value_sql


def filter_sql(node: Filter, parameters: Parameters) -> str:
    match node:
        case AllOf(parts):
            return _joined("AND", parts, parameters) if parts else "TRUE"
        case AnyOf(parts):
            return _joined("OR", parts, parameters)
        case Not(part):
            return f"(NOT {filter_sql(part, parameters)})"
        case Present(field):
            return f"({present_sql(field)})"
        case _:
            return _where_present(node.field, _test(node, parameters))


def _joined(word: str, parts: tuple[Filter, ...], parameters: Parameters) -> str:
    return "(" + f" {word} ".join(filter_sql(part, parameters) for part in parts) + ")"


def _where_present(field: Field, test: str) -> str:
    return f"({present_sql(field)} AND {test})" if field.nullable else f"({test})"


def _test(node: Compare | OneOf | StartsWith, parameters: Parameters) -> str:
    value, sql_type = value_sql(node.field), node.field.kind.sql
    match node:
        case Compare(_, operator, operand):
            return f"{value} {operator} {parameters.add(operand, sql_type)}"
        case OneOf(_, values):
            return f"{value} = ANY({parameters.add(list(values), f'{sql_type}[]')})"
        case StartsWith(field, prefix):
            return _prefix(field, prefix, parameters)


def _prefix(field: Field, prefix: str, parameters: Parameters) -> str:
    if field.kind == GUID:
        return _uuid_prefix(value_sql(field), prefix, parameters)
    low, above = text_range(fold(prefix))
    folded = f"lower({value_sql(field)})"
    test = f"{folded} >= {parameters.add(low, 'text')}"
    return test if above is None else f"{test} AND {folded} < {parameters.add(above, 'text')}"


def _uuid_prefix(value: str, prefix: str, parameters: Parameters) -> str:
    bounds = uuid_range(prefix)
    if bounds is None:
        return "FALSE"
    low, high = (parameters.add(bound, "uuid") for bound in bounds)
    return f"{value} BETWEEN {low} AND {high}"
