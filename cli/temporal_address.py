"""How short commands find Temporal: `--data-dir`, or Temporal's own settings."""

import os
from pathlib import Path

from cli.embedded.run_file import read_run_file
from domain.settings import load_settings


def temporal_address(data_dir: Path | None) -> str | None:
    """Where Temporal answers; None is where Temporal's own settings say.

    Raises `ConnectionError` where nothing runs on the data directory that was named.
    """
    if data_dir is None and "TEMPORAL_ADDRESS" in os.environ:
        return None
    running = read_run_file(data_dir or load_settings().data_dir)
    if running is None and data_dir is not None:
        raise ConnectionError(f"No `restock up` runs on {data_dir}. Start it first.")
    return running.addresses.temporal if running else None
