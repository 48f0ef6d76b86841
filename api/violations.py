"""What pydantic finds wrong, in the words of Wix's field violations."""

from collections.abc import Iterable
from typing import Any

from domain.errors import FieldViolation, InvalidRequestError
from domain.query import QueryError
from domain.text import fitted

WIX_RULES = frozenset(
    {
        "VALIDATION",
        "OTHER",
        "MAX",
        "MIN",
        "MAX_LENGTH",
        "MIN_LENGTH",
        "MAX_SIZE",
        "MIN_SIZE",
        "FORMAT",
        "DECIMAL_LTE",
        "DECIMAL_GTE",
        "DECIMAL_GT",
        "DECIMAL_LT",
        "DECIMAL_MAX_SCALE",
        "INVALID_ENUM_VALUE",
        "REQUIRED_FIELD",
        "FIELD_NOT_ALLOWED",
        "ONE_OF_ALIGNMENT",
        "EXACT_LENGTH",
        "EXACT_SIZE",
        "REQUIRED_ONE_OF_FIELD",
    }
)
"""The values of `violatedRule`."""

_RULES = {
    "missing": "REQUIRED_FIELD",
    "string_too_short": "MIN_LENGTH",
    "string_too_long": "MAX_LENGTH",
    "too_short": "MIN_SIZE",
    "too_long": "MAX_SIZE",
    "greater_than_equal": "MIN",
    "greater_than": "MIN",
    "less_than_equal": "MAX",
    "less_than": "MAX",
    "string_pattern_mismatch": "FORMAT",
    "uuid_parsing": "FORMAT",
    "uuid_type": "FORMAT",
    "value_error": "FORMAT",
    "enum": "INVALID_ENUM_VALUE",
    "literal_error": "INVALID_ENUM_VALUE",
    "extra_forbidden": "FIELD_NOT_ALLOWED",
}
_OF_QUERIES = {
    "INVALID_VALUE": "FORMAT",
    "INVALID_CURSOR": "FORMAT",
    "UNKNOWN_FIELD": "FIELD_NOT_ALLOWED",
    "UNKNOWN_OPERATOR": "FIELD_NOT_ALLOWED",
    "UNSUPPORTED_OPERATOR": "FIELD_NOT_ALLOWED",
    "PAGING_CONFLICT": "ONE_OF_ALIGNMENT",
    "CURSOR_CONFLICT": "FIELD_NOT_ALLOWED",
    "MIN_LIMIT": "MIN",
    "MAX_LIMIT": "MAX",
    "MIN_OFFSET": "MIN",
    "MAX_OFFSET": "MAX",
    "TOO_LARGE": "MAX_SIZE",
}
_PLACES = ("body", "query", "path", "header")
_LONGEST_PART = 100


def violation_of(problem: Any) -> FieldViolation:
    """One pydantic error as a violation, with the path as in `request.catalogReference.appId`."""
    kind = str(problem["type"])
    if kind == "json_invalid":
        return FieldViolation("", "The body is not valid JSON.", "FORMAT")
    rule = _RULES.get(kind) or (kind if kind in WIX_RULES else "VALIDATION")
    if kind.startswith("uuid"):
        return FieldViolation(field_path(problem["loc"]), "must be a GUID", rule)
    # Without pydantic's "Value error, " before our own words.
    words = problem.get("ctx", {}).get("error", problem["msg"])
    return FieldViolation(field_path(problem["loc"]), str(words), rule)


def invalid_request(problems: Iterable[Any]) -> InvalidRequestError:
    """What pydantic found wrong, as the error that names each field."""
    return InvalidRequestError(*(violation_of(problem) for problem in problems))


def invalid_query(error: QueryError) -> InvalidRequestError:
    """What is wrong with a filter, as the error that names the field."""
    return InvalidRequestError(FieldViolation(error.field, error.description, error.rule_name))


def violated_rule(rule_name: str) -> str:
    """Wix's word for a rule of ours; `OTHER` where it has none."""
    return rule_name if rule_name in WIX_RULES else _OF_QUERIES.get(rule_name, "OTHER")


def field_path(location: tuple[int | str, ...]) -> str:
    """`("body", "requestIds", 3)` is `requestIds[3]`."""
    path = ""
    for part in location[1:] if location[:1] and location[0] in _PLACES else location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            # It may be a key of the caller's own.
            name = fitted(part, _LONGEST_PART)
            path += f".{name}" if path else name
    return path
