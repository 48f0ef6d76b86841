"""Errors of Voyado's dialect are problems as in RFC 9457; those of all others stay as they are."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from shop import BASE, Shop
from shoppers import address
from temporalio.client import Client
from voyado import STOCK, SUBSCRIPTIONS, V3, contact, problem, v3

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from store.store import open_store
from workflows.engine import Engine

NOBODY = UUID(int=0)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/no/such/path", 404, "not-found"),
        ("GET", "", 404, "not-found"),
        ("GET", STOCK, 405, "method-not-allowed"),
        ("GET", f"/contacts/{NOBODY}", 404, "contact-not-found"),
        ("DELETE", f"{SUBSCRIPTIONS}/{NOBODY}", 404, "subscription-not-found"),
        ("DELETE", f"{SUBSCRIPTIONS}/4711", 400, "invalid-request"),
    ],
)
async def test_a_refusal_is_a_problem_with_a_type_to_branch_on(
    shop: Shop, method: str, path: str, status: int, kind: str
) -> None:
    found = problem(await v3(shop, method, path), status)
    assert found["type"] == f"urn:restock:problem:{kind}"
    assert found["title"] == kind.replace("-", " ").capitalize()
    assert found["detail"]


async def test_a_wrong_method_is_told_the_right_ones(shop: Shop) -> None:
    assert (await v3(shop, "GET", STOCK)).headers["Allow"] == "PUT"


async def test_a_missing_key_and_a_wrong_scope_are_told_apart(shop: Shop) -> None:
    for headers in ({}, {"apikey": "unknown"}):
        reply = await shop.http.put(V3 + STOCK, json=[], headers=headers)
        assert problem(reply, 401)["type"] == "urn:restock:problem:unauthenticated"
    reply = await v3(shop, "PUT", STOCK, [], scope="storefront")
    assert problem(reply, 403)["type"] == "urn:restock:problem:permission-denied"


async def test_a_conflict_is_a_problem(shop: Shop) -> None:
    taken = address()
    await contact(shop, taken)
    path = f"/contacts/{await contact(shop)}"
    found = problem(await v3(shop, "PATCH", path, {"email": taken}), 409)
    assert found == {
        "type": "urn:restock:problem:contact-already-exists",
        "title": "Contact already exists",
        "status": 409,
        "detail": "Another contact has this address.",
        "errors": [{"field": "email", "description": "is another contact's", "rule": "UNIQUE"}],
    }


async def test_every_wrong_field_is_listed_and_the_first_is_the_detail(shop: Shop) -> None:
    body = {"contactId": "4711", "locale": "sv-SE", "sku": ""}
    found = problem(await v3(shop, "POST", SUBSCRIPTIONS, body), 400)
    assert found["detail"] == "contactId: must be a GUID (1 more)"
    assert found["errors"][0] == {
        "field": "contactId",
        "description": "must be a GUID",
        "rule": "FORMAT",
    }
    assert [each["field"] for each in found["errors"]] == ["contactId", "sku"]
    found = problem(await v3(shop, "POST", SUBSCRIPTIONS, body | {"sku": "SKU-1"}), 400)
    assert found["detail"] == "contactId: must be a GUID"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'[{"quantity": NaN, "sku": "SKU-1"}]',
        b'[{"quantity": 1e999, "sku": "SKU-1"}]',
        b'[{"quantity": %s, "sku": "SKU-1"}]' % (b"9" * 5000),
        b'[{"quantity": 1, "sku": "\\ud800"}]',
    ],
    ids=["nothing", "half", "no text", "deep", "NaN", "infinite", "huge", "surrogate"],
)
async def test_a_body_that_is_hardly_json_is_a_problem(shop: Shop, content: bytes) -> None:
    headers = {"apikey": shop.key("owner"), "Content-Type": "application/json"}
    problem(await shop.http.put(V3 + STOCK, content=content, headers=headers), 400)


@pytest.mark.parametrize("path", ["/api/v30", "/api", "/v1/no/such", f"{BASE}/{NOBODY}"])
async def test_what_is_not_of_the_dialect_keeps_the_envelope(shop: Shop, path: str) -> None:
    reply = await shop.call("GET", path)
    assert reply.status_code == 404
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json().keys() == {"message", "details"}


def calls(services: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://restock.test", headers={"apikey": "any"}
    )


async def test_postgres_that_does_not_answer_is_a_problem(
    postgres_dsn: str, temporal: Client, settings: Settings
) -> None:
    async with open_store(postgres_dsn) as closed:
        pass
    async with calls(Services(closed, Engine(temporal), settings)) as http:
        found = problem(await http.put(V3 + STOCK, json=[]), 503)
    assert found["type"] == "urn:restock:problem:unavailable"


async def test_a_fault_nobody_foresaw_is_a_problem_too(settings: Settings) -> None:
    broken: Any = None
    async with calls(Services(broken, broken, settings)) as http:
        found = problem(await http.put(V3 + STOCK, json=[]), 500)
    assert found["type"] == "urn:restock:problem:internal"
    assert "X-Wix-Request-Id" in found["detail"]


async def documented(shop: Shop) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The path, the status and the content of every error reply in the reference."""
    document = (await shop.http.get("/openapi.json")).json()
    return (
        (path, status, reply.get("content", {}))
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for status, reply in operation["responses"].items()
        if int(status) >= 400 and "content" in reply
    )


async def test_the_reference_documents_problems_where_they_come(shop: Shop) -> None:
    found = list(await documented(shop))
    problems = [(path, content) for path, _, content in found if path.startswith(V3)]
    others = [content for path, _, content in found if not path.startswith(V3)]
    assert problems
    assert others
    for _, content in problems:
        schema = content["application/problem+json"]["schema"]
        assert (schema, len(content)) == ({"$ref": "#/components/schemas/Problem"}, 1)
    assert all("application/problem+json" not in content for content in others)
    everywhere = {path: set[str]() for path, _ in problems}
    for path, status, _ in found:
        everywhere.get(path, set()).add(status)
    assert all({"400", "401", "403", "503"} <= each for each in everywhere.values())
