"""All that a caller may send is bounded, and says so in the API's own description."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from shop import BASE, ORCHID, STORES, Shop
from shoppers import address
from test_request_errors import violations
from voyado import SUBSCRIPTIONS, V3, wrong

FREE = {
    "options": "domain/json_values.py: 8 levels, 4,096 characters",
    "attributes": "domain/json_values.py: 8 levels, 4,096 characters",
    "consent": "domain/json_values.py: 8 levels, 4,096 characters",
    "conditions": "domain/query/parse_filter.py: 8 levels, 100 clauses, 8,192 bytes",
    ".r": "api/wix/parameters.py: 48 KiB",
    "query": "domain/query: the same, at most 100 rows, a cursor of 16,000 characters",
}
"""JSON of any shape, by the name of its field or parameter, and what bounds it."""

REPORT = f"{BASE}/report-items-back-in-stock"
LONE, NUL = "a\ud800b", "a\0b"


def unbounded(document: dict[str, Any]) -> Iterator[str]:
    """The paths of what an API description lets be of any size."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                if parameter["name"] in FREE:
                    continue
                yield from _within(document, parameter["schema"], f"{where} {parameter['name']}")
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                yield from _within(document, content["schema"], f"{where} {kind}")


def _within(document: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    if name := schema.get("$ref", "").rpartition("/")[2]:
        schema = document["components"]["schemas"][name]
    if either := [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])]:
        for part in either:
            yield from _within(document, part, path)
        return
    match schema.get("type"):
        case "string":
            yield from [] if _is_bounded_text(schema) else [path]
        case "array":
            yield from [] if "maxItems" in schema else [path]
            yield from _within(document, schema["items"], f"{path}[]")
        case "object":
            yield from _within_object(document, schema, path)
        case "integer" | "number" | "boolean" | "null":
            pass
        case _:
            yield path


def _within_object(document: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        if name not in FREE:
            yield from _within(document, part, f"{path}.{name}")
    others = schema.get("additionalProperties", "properties" not in schema)
    if others is True:
        yield f"{path}.*"
    elif others:
        names = {"type": "string"} | schema.get("propertyNames", {})
        yield from [] if "maxProperties" in schema else [f"{path}.*"]
        yield from _within(document, names, f"{path}.<name>")
        yield from _within(document, others, f"{path}.*")


def _is_bounded_text(schema: dict[str, Any]) -> bool:
    # A feed is as long as RESTOCK_FEED_MAX_BYTES says; see test_product_feeds.py.
    return (
        "maxLength" in schema
        or "enum" in schema
        or "const" in schema
        or schema.get("format") in ("uuid", "binary")
    )


async def test_everything_that_a_call_may_send_is_bounded_in_the_description(shop: Shop) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    assert list(unbounded(document)) == []


def test_the_walk_finds_what_has_no_bound() -> None:
    text = {"type": "string"}
    schemas = {"Body": {"type": "object", "properties": {"name": text, "tags": {"$ref": "#/T"}}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}
    tags = {"type": "array", "items": {"anyOf": [text, {"type": "null"}]}}
    query = {"name": "q", "schema": {"type": "object", "additionalProperties": text}}
    operation = {"parameters": [query], "requestBody": {"content": content}}
    document = {
        "paths": {"/a": {"post": operation}},
        "components": {"schemas": schemas | {"T": tags}},
    }
    assert list(unbounded(document)) == [
        "POST /a q.*",
        "POST /a q.<name>",
        "POST /a q.*",
        "POST /a application/json.name",
        "POST /a application/json.tags",
        "POST /a application/json.tags[]",
    ]


async def sent(shop: Shop, method: str, path: str, body: Any) -> httpx.Response:
    """Call with a body in plain ASCII, in which JSON can write whatever it likes."""
    headers = {"Content-Type": "application/json"}
    return await shop.call(method, path, content=json.dumps(body), headers=headers)


def created(**changes: Any) -> dict[str, Any]:
    reference = {"appId": STORES, "catalogItemId": "orchid"}
    request = {"catalogReference": reference, "email": "a@example.com"}
    return {"request": request | changes, "itemDetails": ORCHID}


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (created(itemUrl=f"https://x.test/{'a' * 2048}"), "request.itemUrl", "MAX_LENGTH"),
        (created(itemUrl="https://user:secret@x.test/"), "request.itemUrl", "FORMAT"),
        (created(itemUrl="https://shop.test\\@x.test/"), "request.itemUrl", "FORMAT"),
        (created(itemUrl="https://x.test:99999/"), "request.itemUrl", "FORMAT"),
        (created(itemUrl="data:text/html,x"), "request.itemUrl", "FORMAT"),
        (created(email=f"{NUL}@example.com"), "request.email", "FORMAT"),
        (created(email=f"{LONE}@example.com"), "request.email", "VALIDATION"),
        (
            created() | {"itemDetails": ORCHID | {"image": {"url": "x" * 2049}}},
            "itemDetails.image.url",
            "MAX_LENGTH",
        ),
        (
            created() | {"itemDetails": ORCHID | {"image": f"https://x.test/{NUL}"}},
            "itemDetails.image.url",
            "FORMAT",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_text_that_does_not_fit_is_named(
    shop: Shop, body: dict[str, Any], field: str, rule: str
) -> None:
    assert violations(await sent(shop, "POST", BASE, body)) == [(field, rule)]


@pytest.mark.parametrize("text", [NUL, LONE], ids=["NUL", "lone surrogate"])
async def test_what_cannot_be_stored_is_refused_wherever_it_stands(shop: Shop, text: str) -> None:
    reference = {"appId": STORES, "catalogItemId": "orchid"}
    report = {"itemDetails": ORCHID, "catalogReference": reference}
    parameters = "extraAutomationTemplateParameters"
    named: list[tuple[str, str, Any, str]] = [
        ("POST", REPORT, report | {parameters: {"a": text}}, f"{parameters}.a"),
        ("POST", REPORT, report | {parameters: {text: "a"}}, f"{parameters}.a"),
        ("POST", f"{BASE}/settings/start-collecting", {"appId": text}, "appId"),
        ("POST", f"{BASE}/query", {"query": {"filter": {"itemUrl": text}}}, "query.filter.itemUrl"),
        ("POST", f"{BASE}/query", {"query": {"filter": {text: 1}}}, "query.filter["),
        ("POST", f"{BASE}/query", {"query": {"cursorPaging": {"cursor": text}}}, "query.cursorP"),
        ("PATCH", "/v1/policy", {"conditions": {"sku": text}}, "conditions.sku"),
        ("PATCH", "/v1/policy", {"conditions": {f"contact.{text}": 1}}, "conditions["),
        ("PATCH", "/v1/policy", {"timeZone": text}, "timeZone"),
        ("PATCH", "/v1/policy", {text: 1}, ""),
        ("POST", "/v1/restocks/preview", {"sku": text, "quantity": 1}, "sku"),
        ("POST", "/v1/restocks/pause", {"sku": text}, "sku"),
        ("POST", "/v1/restocks/stop", {"sku": "A", "externalId": text}, "externalId"),
    ]
    for method, path, body, field in named:
        found = violations(await sent(shop, method, path, body))
        assert found[0][0].startswith(field), (path, body, found)


@pytest.mark.parametrize("text", [NUL, LONE], ids=["NUL", "lone surrogate"])
async def test_voyados_dialect_refuses_it_too(shop: Shop, text: str) -> None:
    contact = {"email": address()}
    level = {"sku": "A", "quantity": 1}
    subscription = {"contactId": STORES, "locale": "sv-SE", "sku": "A"}
    named: list[tuple[str, str, Any, str]] = [
        ("POST", "/contacts", contact | {"firstName": text}, "firstName"),
        ("POST", "/contacts", contact | {"attributes": {"a": [{"b": text}]}}, "attributes"),
        ("POST", "/contacts", contact | {"attributes": {text: 1}}, "attributes"),
        ("POST", "/contacts", contact | {"consent": {"a": [{text: 1}]}}, "consent"),
        ("POST", "/contacts", contact | {"locale": text}, "locale"),
        ("PUT", "/inventory/stock-levels", [level, level | {"sku": text}], "[1].sku"),
        ("PUT", "/inventory/stock-levels", [level | {"updatedOn": text}], "[0].updatedOn"),
        ("POST", "/purchases", [{"email": "a@example.com", "sku": text}], "[0].sku"),
        ("POST", SUBSCRIPTIONS, subscription | {"externalId": text}, "externalId"),
        ("PUT", "/product-feeds/sv", {"url": f"https://x.test/{text}"}, "url"),
    ]
    for method, path, body, field in named:
        found = wrong(await sent(shop, method, V3 + path, body))
        assert found[0][0].startswith(field), (path, body, found)


async def test_what_cannot_be_stored_is_refused_in_an_address_too(shop: Shop) -> None:
    nul = quote(NUL)
    log = f"{V3}/inventory/backinstock/log?sku={nul}"
    assert wrong(await shop.call("GET", log)) == [("sku", "FORMAT")]
    contact = f"{V3}/contacts?email={nul}@example.com"
    assert wrong(await shop.call("GET", contact)) == [("email", "FORMAT")]
    feed = await shop.call("GET", f"{V3}/product-feeds/{nul}")
    assert wrong(feed) == [("locale", "FORMAT")]
    after = await shop.call("GET", f"/v1/policy/items?after={nul}")
    assert violations(after)[0][0] == "after"
    dotted = await shop.call("GET", f"{BASE}?query.filter.itemUrl={nul}")
    assert violations(dotted) == [("query.filter.itemUrl", "FORMAT")]
    assert (await shop.call("GET", f"{BASE}/{nul}")).status_code == 400


async def test_an_encoded_request_has_a_largest_length(shop: Shop) -> None:
    reply = await shop.call("GET", BASE, params={".r": "a" * 50_000})
    assert violations(reply) == [(".r", "MAX_LENGTH")]


async def test_a_body_that_is_nested_without_end_is_refused(shop: Shop) -> None:
    headers = {"Authorization": shop.key("owner"), "Content-Type": "application/json"}
    for opening in (b"[", b'{"a":'):
        reply = await shop.http.post(f"{BASE}/query", content=opening * 100_000, headers=headers)
        assert reply.status_code == 400, reply.text
        assert reply.json().keys() == {"message", "details"}
