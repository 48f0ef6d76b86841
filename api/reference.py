"""The OpenAPI document: what `/docs` shows and clients are generated from."""

from collections import defaultdict
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from api import problems
from api.envelope import ErrorBody
from domain.errors import (
    ApplicationError,
    BodyTooLargeError,
    EngineUnavailableError,
    ForbiddenError,
    UnauthenticatedError,
)

Responses = dict[int | str, dict[str, Any]]

_JSON = "application/json"
_PROBLEM = {"$ref": f"#/components/schemas/{problems.Problem.__name__}"}


def operation_id(route: APIRoute) -> str:
    """The name of an operation in generated clients, as Wix names its methods."""
    return to_camel(route.name)


def refusals(*errors: type[ApplicationError]) -> Responses:
    """The error replies of an operation in Wix's envelope, with the codes of each status."""
    return _replies(ErrorBody, "fieldViolations", errors)


def problem_replies(*errors: type[ApplicationError]) -> Responses:
    """The error replies of an operation of Voyado's dialect, with the codes of each status."""
    return _replies(problems.Problem, "errors", errors)


def followed_by(status: int, parameter: str, value: str, *operations: str) -> Responses:
    """The operations that go on with what a reply gives, as OpenAPI's links.

    `value` says where their `parameter` stands, as in `$response.body#/id`.
    """
    links = {name: {"operationId": name, "parameters": {parameter: value}} for name in operations}
    return {status: {"links": links}}


def _replies(
    model: type[BaseModel], wrong_fields: str, errors: tuple[type[ApplicationError], ...]
) -> Responses:
    codes: dict[int, list[str]] = defaultdict(list)
    codes[400].append(f"Some fields are wrong; `{wrong_fields}` names each.")
    for error in errors:
        codes[error.http_status].append(f"`{error.code}`: {error.description}")
    return {
        status: {"model": model, "description": "\n\n".join(lines)}
        for status, lines in codes.items()
    }


_EVERYWHERE = (
    UnauthenticatedError,
    ForbiddenError,
    BodyTooLargeError,
    EngineUnavailableError,
)
EVERYWHERE = refusals(*_EVERYWHERE)
"""What every operation that needs a key may answer."""
PROBLEMS_EVERYWHERE = problem_replies(*_EVERYWHERE)
"""The same in Voyado's dialect."""


def reference_page(app: FastAPI, parts: str) -> str:
    """The page at `/docs`, which takes its scripts and styles from `parts` and no other place."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{parts}/swagger-ui-bundle.js",
        swagger_css_url=f"{parts}/swagger-ui.css",
        swagger_favicon_url=f"{parts}/favicon.png",
        # Nor does it show the document to a service elsewhere.
        swagger_ui_parameters={"validatorUrl": None},
    )
    return bytes(page.body).decode()


def document_errors_as_they_are(app: FastAPI) -> None:
    """Put right what FastAPI documents: wrong fields are a 400 here, and problems no plain JSON."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = described()
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
                    _name_problems(operation["responses"])
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
        return described()

    app.openapi = openapi  # type: ignore[method-assign]


def _name_problems(replies: dict[str, Any]) -> None:
    for reply in replies.values():
        content = reply.get("content", {})
        if content.get(_JSON, {}).get("schema") == _PROBLEM:
            content[problems.MEDIA_TYPE] = content.pop(_JSON)
