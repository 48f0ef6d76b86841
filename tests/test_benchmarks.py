"""`make bench` at tiny sizes: every benchmark runs to its end and says what it found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TINY = (
    *("--rounds", "2", "--hot", "3", "--hot", "6", "--probes", "2", "--crowd", "5"),
    *("--created", "4", "--waiting", "5", "--levels", "20", "--feed-items", "20"),
    *("--rows", "30000", "--clients", "5", "--seconds", "6"),
)


def measured(folder: Path, *names: str) -> dict[str, Any]:
    output = folder / "results.json"
    command = [sys.executable, "-m", "benchmarks", *names, *TINY, "--output", str(output)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(output.read_text())
    assert isinstance(found, dict)
    assert all(line["what"] in run.stdout for name in names for line in found[name]["lines"])
    return found


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("hot", "restock of 6: notifications"),
        ("create", "requests created, 16 clients"),
        ("latency", "single restock under a restock of 5, 99th percentile"),
        ("waiting", "each of 5 who wait: engine's disk"),
        ("stock", "feed of 20 items: upload to import"),
        ("listing", "page of 50, 9,950 rows deep, by cursor"),
        ("crowd", "call by one of 5 clients, the last 1 s"),
    ],
)
def test_a_benchmark_says_what_it_found_and_leaves_the_results_of_others(
    tmp_path: Path, name: str, what: str
) -> None:
    (tmp_path / "results.json").write_text('{"another": {"lines": []}}')
    found = measured(tmp_path, name)
    assert set(found) == {"another", name}
    lines = found[name]["lines"]
    assert what in [line["what"] for line in lines]
    assert all(len(line["runs"]) == len(line.get("runsBeside", line["runs"])) for line in lines)
    assert found[name]["machine"]["cores"]
