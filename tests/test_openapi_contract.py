"""The API keeps to its own OpenAPI document, whatever is sent."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from served import served
from shop import Shop
from temporalio.client import Client

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"  # noqa: E501

HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
MAKING = {
    "owner": ("Requests", "Voyado: contacts", "Voyado: subscriptions", "Voyado: product feeds"),
    # Of the others it makes nothing: without a contact, which it may not make, there is none.
    "storefront": ("Requests",),
}
"""The tags of the operations by which a key makes something that others go on with."""


async def schemathesis(
    shop: Shop, temporal: Client, settings: Settings, folder: Path, scope: str, *options: str
) -> tuple[int | None, str]:
    """Try the API of a shop by its description; how that ended, and what was found."""
    series = any("stateful" in option for option in options)
    hooks = {"SCHEMATHESIS_HOOKS": HOOKS.stem, "PYTHONPATH": str(HOOKS.parent)} if series else {}
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as address:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{address}/openapi.json",
            f"--header=Authorization: {shop.key(scope)}",
            f"--checks={CHECKS}",
            "--no-color",
            *options,
            cwd=folder,
            env=os.environ | hooks,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
    return process.returncode, printed.decode()


async def test_no_call_fails_and_no_reply_is_undocumented(
    shop: Shop, temporal: Client, settings: Settings, tmp_path: Path
) -> None:
    phases = "--phases=examples,coverage,fuzzing"
    code, printed = await schemathesis(
        shop, temporal, settings, tmp_path, "owner", phases, "--max-examples=20"
    )
    assert code == 0, printed


@pytest.mark.parametrize("scope", ["owner", "storefront"])
async def test_no_series_of_calls_fails_and_no_reply_is_undocumented(
    shop: Shop, temporal: Client, settings: Settings, tmp_path: Path, scope: str
) -> None:
    """What one call makes, the next reads, marks, changes and deletes."""
    bounds = ("--mode=positive", "--max-examples=10", "--max-time=12")
    tags = [f"--include-tag={tag}" for tag in MAKING[scope]]
    code, printed = await schemathesis(
        shop, temporal, settings, tmp_path, scope, "--phases=stateful", *tags, *bounds
    )
    assert code == 0, printed
    assert " 0 covered" not in printed, printed


async def test_what_a_call_leads_to_is_there(shop: Shop) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    operations = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    links = [
        link
        for operation in operations.values()
        for reply in operation["responses"].values()
        for link in reply.get("links", {}).values()
    ]
    assert len(links) == 15
    for link in links:
        named = [each["name"] for each in operations[link["operationId"]]["parameters"]]
        assert set(link["parameters"]) <= set(named)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
async def test_the_reference_needs_nothing_from_elsewhere(shop: Shop, path: str) -> None:
    reply = await shop.http.get(path)
    assert reply.status_code == 200
    assert "https://cdn" not in reply.text


async def test_every_operation_has_a_name_a_tag_and_a_summary(shop: Shop) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert all(op["tags"] and op["summary"] and op["operationId"] for op in operations)
    assert len({op["operationId"] for op in operations}) == len(operations)
