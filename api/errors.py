"""Errors as Wix's clients read them: `message` and `details`, with the right status."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.violations import invalid_request, violated_rule
from domain.errors import ApplicationError, EngineUnavailableError, InvalidRequestError
from store.database import UNREACHABLE

_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


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


def install_error_handlers(app: FastAPI) -> None:
    """Answer everything that goes wrong in the one envelope."""
    app.add_exception_handler(ApplicationError, _application_error)
    app.add_exception_handler(InvalidRequestError, _invalid_request)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in UNREACHABLE:
        app.add_exception_handler(kind, _store_unavailable)


def unforeseen() -> JSONResponse:
    """The reply to a fault of Restock's own."""
    text = "Restock failed to do this. Its log has the reason, under the X-Wix-Request-Id."
    return _refusal(500, "INTERNAL", text)


def _reply(status: int, message: str, details: ErrorDetails) -> JSONResponse:
    body = ErrorBody(message=message, details=details)
    return JSONResponse(body.model_dump(exclude_none=True), status_code=status)


def _refusal(
    status: int, code: str, text: str, data: dict[str, object] | None = None
) -> JSONResponse:
    body = ApplicationErrorBody(code=code, description=text, data=data or {})
    return _reply(status, text, ErrorDetails(applicationError=body))


async def _application_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApplicationError)
    return _refusal(error.http_status, error.code, error.text, error.data)


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InvalidRequestError)
    violations = [
        FieldViolationBody(
            field=violation.field,
            description=violation.description,
            violatedRule=violated_rule(violation.rule_name),
            ruleName=violation.rule_name,
        )
        for violation in error.violations
    ]
    details = ErrorDetails(validationError=ValidationErrorBody(fieldViolations=violations))
    return _reply(error.http_status, str(error), details)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return await _invalid_request(request, invalid_request(error.errors()))


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "BAD_REQUEST")
    reply = _refusal(error.status_code, code, str(error.detail))
    reply.headers.update(error.headers or {})
    return reply


async def _store_unavailable(request: Request, error: Exception) -> JSONResponse:
    away = EngineUnavailableError("Postgres does not answer at the moment; try again.")
    return await _application_error(request, away)
