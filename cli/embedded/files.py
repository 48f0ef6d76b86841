"""Small private files of the data directory: written whole or not at all, readable by the owner."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

OWNER_KEY_PREFIX = "rsk_owner_"


@dataclass(frozen=True)
class OwnerKey:
    """The owner key of site `main`; `file` is None when the environment gave the key."""

    key: str
    file: Path | None
    is_new: bool = False


def absolute(data_dir: Path) -> Path:
    return data_dir.expanduser().resolve()


def prepare_data_dir(data_dir: Path) -> None:
    for directory in (data_dir, data_dir / "logs"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, mode 600."""
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)


def owner_key(data_dir: Path, given: str | None) -> OwnerKey:
    """The given key, else the one kept in the data directory, else a new one, which is kept."""
    if given:
        return OwnerKey(given, file=None)
    file = data_dir / "owner.key"
    if file.exists():
        return OwnerKey(file.read_text(encoding="utf-8").strip(), file)
    key = OWNER_KEY_PREFIX + secrets.token_urlsafe(24)
    write_private(file, key + "\n")
    return OwnerKey(key, file, is_new=True)
