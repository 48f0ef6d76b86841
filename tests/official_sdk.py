"""Wix's own SDK in Node, playing the scenarios of `tests/sdk` against a served API.

`@wix/ecom` is installed whole, because that is what a site's developer imports: about 100 MB and
10 seconds, once. `npm ci` puts it into `tests/sdk/node_modules`.
"""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from npm_packages import npm_ci

_SCRIPTS = Path(__file__).with_name("sdk")
_OLDEST_NODE = 18
_PATIENCE = 120


class Told:
    """What each scenario found out, by its name."""

    def __init__(self, printed: bytes) -> None:
        self._lines = {line["name"]: line for line in map(json.loads, printed.splitlines())}

    def __getitem__(self, scenario: str) -> Any:
        line = self._lines[scenario]
        assert "trouble" not in line, f"{scenario}: {line['trouble']}"
        return line["facts"]


def node_with_sdk() -> str:
    """Node, once the SDK is installed beside the scenarios. Skips the test where there is none."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the official SDK needs Node, which is not installed")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if int(version.removeprefix("v").split(".")[0]) < _OLDEST_NODE:
        pytest.skip(f"the official SDK needs Node {_OLDEST_NODE} or newer; this is {version}")
    npm_ci(_SCRIPTS)
    return node


async def play(node: str, address: str, keys: dict[str, str], *subjects: str) -> Told:
    """Run the scenarios of these subjects; each may use a client of every key."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node, "run.mjs", *subjects, cwd=_SCRIPTS, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            given = json.dumps({"address": address, "keys": keys})
            printed, complaints = await process.communicate(given.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, complaints.decode()
    return Told(printed)
