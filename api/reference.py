"""The OpenAPI document: what `/docs` shows and clients are generated from."""

from collections import defaultdict
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from api.errors import ErrorBody
from domain.errors import (
    ApplicationError,
    EngineUnavailableError,
    ForbiddenError,
    UnauthenticatedError,
)

Responses = dict[int | str, dict[str, Any]]


def operation_id(route: APIRoute) -> str:
    """The name of an operation in generated clients, as Wix names its methods."""
    return to_camel(route.name)


def refusals(*errors: type[ApplicationError]) -> Responses:
    """The error replies of an operation, with the codes that come with each status."""
    codes: dict[int, list[str]] = defaultdict(list)
    codes[400].append("Some fields are wrong; `fieldViolations` names each.")
    for error in errors:
        codes[error.http_status].append(f"`{error.code}`: {error.description}")
    return {
        status: {"model": ErrorBody, "description": "\n\n".join(lines)}
        for status, lines in codes.items()
    }


EVERYWHERE = refusals(UnauthenticatedError, ForbiddenError, EngineUnavailableError)
"""What every operation that needs a key may answer."""


def document_errors_as_they_are(app: FastAPI) -> None:
    """Take out the 422 that FastAPI documents for every operation: wrong fields are a 400 here."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = described()
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
        return described()

    app.openapi = openapi  # type: ignore[method-assign]
