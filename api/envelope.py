"""Errors as Wix's clients read them: `message` and `details`. Restock's own API has the same."""

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.violations import violated_rule
from domain.errors import ApplicationError, FieldViolation, RestockError


class ApplicationErrorBody(BaseModel):
    """A refusal with a code that clients branch on."""

    code: str
    description: str
    data: dict[str, object] = Field(default_factory=dict)


class FieldViolationBody(BaseModel):
    """One wrong field."""

    field: str
    description: str
    violatedRule: str
    ruleName: str
    data: dict[str, object] = Field(default_factory=dict)


class ValidationErrorBody(BaseModel):
    """All wrong fields."""

    fieldViolations: list[FieldViolationBody]


class ErrorDetails(BaseModel):
    """One of the two."""

    applicationError: ApplicationErrorBody | None = None
    validationError: ValidationErrorBody | None = None


class ErrorBody(BaseModel):
    """The envelope of every error."""

    message: str
    details: ErrorDetails


def reply(error: RestockError) -> JSONResponse:
    """The error in the envelope, with its status."""
    body = ErrorBody(message=str(error), details=_details(error))
    return JSONResponse(body.model_dump(exclude_none=True), status_code=error.http_status)


def _details(error: RestockError) -> ErrorDetails:
    if isinstance(error, ApplicationError):
        refusal = ApplicationErrorBody(code=error.code, description=error.text, data=error.data)
        return ErrorDetails(applicationError=refusal)
    violations = [_violation(violation) for violation in error.violations]
    return ErrorDetails(validationError=ValidationErrorBody(fieldViolations=violations))


def _violation(violation: FieldViolation) -> FieldViolationBody:
    return FieldViolationBody(
        field=violation.field,
        description=violation.description,
        violatedRule=violated_rule(violation.rule_name),
        ruleName=violation.rule_name,
    )
