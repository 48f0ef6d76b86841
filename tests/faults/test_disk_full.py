"""The disk of the data directory is full for a while, and then no more."""

import asyncio
import mailbox
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from faults.patience import until
from faults.scene import Scene
from faults.verdict import Mail

SIZE = "300m"
_BLOCK = b"\0" * 65536


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = f"size={SIZE},mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_full_disk_loses_and_doubles_nobody(small_disk: Path, scene: Scene) -> None:
    up = await scene.up(small_disk, own_mailbox=True)
    crowd = await scene.crowd_being_told(up)
    [moment] = scene.moments(1)

    async def kept() -> bool:
        return len(os.listdir(small_disk / "mailbox" / "new")) >= moment

    await until(kept, look_seconds=0.01)
    with no_room_on(small_disk):
        await asyncio.sleep(15)
    await scene.judge("disk full for 15 s", crowd, mails=lambda: kept_in(small_disk / "mailbox"))


@contextmanager
def no_room_on(disk: Path) -> Iterator[None]:
    """Not even for a byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(_BLOCK):
            pass
    assert shutil.disk_usage(disk).free == 0
    yield
    filler.unlink()


def kept_in(folder: Path) -> list[Mail]:
    """The mails of the embedded mailbox."""
    kept: Any = mailbox.Maildir(folder, create=False)
    found = [message_from_bytes(kept.get_bytes(key)) for key in kept.keys()]  # noqa: SIM118
    return [Mail(str(message["To"]), str(message["Message-ID"]), at=0) for message in found]
