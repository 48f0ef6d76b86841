"""Packages of npm that tests need, installed beside the tests by their lock file."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest


def npm_ci(folder: Path) -> Path:
    """`folder/node_modules`, once it holds what the lock says. Skips the test without npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("this needs Node and npm, which are not installed")
    with (folder / "package.json").open() as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not _installed(folder):
            done = subprocess.run([npm, "ci"], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    return folder / "node_modules"


def _installed(folder: Path) -> bool:
    wanted, installed = (
        folder / "package-lock.json",
        # npm writes this one last.
        folder / "node_modules" / ".package-lock.json",
    )
    return installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime
