"""The API keeps to its own OpenAPI document, whatever is sent."""

import asyncio
import sys
from pathlib import Path

import pytest
from served import served
from shop import Shop

from api.app import create_app
from api.services import Services
from domain.settings import Settings
from workflows.engine import Engine

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"  # noqa: E501


async def test_no_call_fails_and_no_reply_is_undocumented(
    shop: Shop, temporal, settings: Settings, tmp_path: Path
) -> None:
    app = create_app(Services(shop.store, Engine(temporal), settings))
    async with served(app) as address:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{address}/openapi.json",
            f"--header=Authorization: {shop.key('owner')}",
            f"--checks={CHECKS}",
            "--max-examples=20",
            "--phases=examples,coverage,fuzzing",
            "--no-color",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()


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
