"""What is wrong with a query, and where: every rejection is a `QueryError`."""

import re
from enum import StrEnum

_PLAIN_KEY = re.compile(r"[$\w]{1,64}", re.ASCII)


class Rule(StrEnum):
    """The rule a query broke."""

    INVALID_VALUE = "INVALID_VALUE"
    REQUIRED_FIELD = "REQUIRED_FIELD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    DUPLICATE_FIELD = "DUPLICATE_FIELD"
    UNKNOWN_OPERATOR = "UNKNOWN_OPERATOR"
    UNSUPPORTED_OPERATOR = "UNSUPPORTED_OPERATOR"
    MAX_LENGTH = "MAX_LENGTH"
    TOO_DEEP = "TOO_DEEP"
    TOO_MANY_CLAUSES = "TOO_MANY_CLAUSES"
    TOO_LARGE = "TOO_LARGE"
    MIN_LIMIT = "MIN_LIMIT"
    MAX_LIMIT = "MAX_LIMIT"
    MIN_OFFSET = "MIN_OFFSET"
    MAX_OFFSET = "MAX_OFFSET"
    PAGING_CONFLICT = "PAGING_CONFLICT"
    CURSOR_CONFLICT = "CURSOR_CONFLICT"
    INVALID_CURSOR = "INVALID_CURSOR"


class QueryError(ValueError):
    """A query that breaks a rule.

    `field` is the path of the offending part, such as `query.filter.$and[1].status.$in[0]`;
    `rule_name` says which rule, `description` says it to a person.
    """

    def __init__(self, field: str, rule: Rule, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.rule_name = rule.value
        self.description = description


def member(path: str, key: str) -> str:
    """Extend a path by a key; a key that is no plain word is quoted, cut and kept to ASCII."""
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{key[:64]!a}]"
