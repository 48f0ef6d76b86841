"""The commands of the README do what it says when they are pasted."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from restock_up import FOREIGN, Up

README = Path(__file__).parents[1] / "README.md"


def commands(start: str, end: str) -> str:
    """The indented lines between two texts of the README."""
    lines = README.read_text().split(start)[1].split(end)[0].splitlines()
    return "\n".join(line.removeprefix("    ") for line in lines if line[:4] in ("    ", ""))


def test_the_commands_of_the_readme_work_when_pasted(
    start: Callable[..., Up], tmp_path: Path
) -> None:
    up = start().until_ready()
    script = commands("## Use it", "To one request that waits")
    for written, actual in {
        "http://127.0.0.1:8080": f"http://127.0.0.1:{up.ports['port']}",
        "127.0.0.1:7233": f"127.0.0.1:{up.ports['temporal_port']}",
        ".restock/owner.key": str(up.data_dir / "owner.key"),
        "$PWD/.venv/bin": str(Path(sys.executable).parent),
    }.items():
        assert written in script
        script = script.replace(written, actual)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=clean | {"RESTOCK_DATA_DIR": str(up.data_dir)},
        # What they write is not to stay.
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answered = done.stdout
    for said in (
        '"collectingRequests":true',
        '"autoNotified":false',
        '"kind":"marked"',
        '"lines":[',
        '"state":"pending"',
        '"sku":"AD_0397"',
        '"received":1',
        '"minimumStock":2',
        "standard input: 1 added",
    ):
        assert said in answered
    for wrong in ("applicationError", "validationError", '"errors"'):
        assert wrong not in answered
