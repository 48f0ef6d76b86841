"""`run.json` in the data directory: the processes and addresses of the running stack."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cli.embedded.files import write_private


class Addresses(BaseModel):
    """Where the parts answer. `smtp` is None with a mail server of one's own: its URL may hold a
    password."""

    model_config = ConfigDict(frozen=True)

    api: str
    temporal: str
    temporal_ui: str
    smtp: str | None
    database: str


class RunFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    up: int
    postgres: int
    temporal: int
    api: int
    workers: list[int]
    addresses: Addresses


def run_file_of(data_dir: Path) -> Path:
    return data_dir / "run.json"


def write_run_file(data_dir: Path, content: RunFile) -> None:
    write_private(run_file_of(data_dir), content.model_dump_json(indent=2) + "\n")


def read_run_file(data_dir: Path) -> RunFile | None:
    """What the file says, or None when there is none that can be read."""
    try:
        return RunFile.model_validate_json(run_file_of(data_dir).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def remove_run_file(data_dir: Path) -> None:
    run_file_of(data_dir).unlink(missing_ok=True)
