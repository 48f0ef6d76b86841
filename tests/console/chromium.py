"""Which Chromium the tests drive, and with what."""

import os
import shutil

import pytest
from playwright.async_api import Browser, Playwright, expect

# Only how long a test that fails takes: a busy machine is slow.
_PATIENCE_MILLISECONDS = 30_000
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# It looks for nothing outside of this machine.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


async def launched(playwright: Playwright) -> Browser:
    """Chromium without a window. Skips the test where there is none, but never in CI."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        assert "CI" not in os.environ, "Chromium is missing: install the package chromium"
        pytest.skip("this needs Chromium: install the package chromium")
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    return await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
