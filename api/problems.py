"""Errors as RFC 9457 has them, `application/problem+json`: those of Voyado's dialect."""

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.errors import FieldViolation, RestockError

MEDIA_TYPE = "application/problem+json"
MOST_LISTED = 50
"""How many wrong fields one reply lists; an array of 10,000 elements may have more."""


class WrongField(BaseModel):
    """One wrong field."""

    field: str = Field(description="Its path, as in `[3].quantity`; empty for the whole body.")
    description: str
    rule: str


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(description="The kind of problem; clients branch on it.")
    title: str
    status: int
    detail: str
    errors: list[WrongField] = Field(
        description=f"The fields it is about; the first {MOST_LISTED} of them."
    )


def reply(error: RestockError) -> JSONResponse:
    """The error as a problem, with its status."""
    problem = Problem(
        type=f"urn:restock:problem:{error.code.lower().replace('_', '-')}",
        title=error.code.replace("_", " ").capitalize(),
        status=error.http_status,
        detail=_detail(error),
        errors=[_wrong_field(violation) for violation in error.violations[:MOST_LISTED]],
    )
    return JSONResponse(problem.model_dump(), status_code=error.http_status, media_type=MEDIA_TYPE)


def _detail(error: RestockError) -> str:
    """The error's own words; of many wrong fields only the first."""
    if len(error.violations) < 2:
        return str(error)
    return f"{error.violations[0]} ({len(error.violations) - 1} more)"


def _wrong_field(violation: FieldViolation) -> WrongField:
    return WrongField(
        field=violation.field, description=violation.description, rule=violation.rule_name
    )
