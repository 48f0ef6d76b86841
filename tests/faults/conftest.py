"""How many shoppers, how long and which faults: `--all-faults`, `--fault-seed`."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from faults.mail_server import MailServer
from faults.scene import Scene

MANY, FEW = 500, 60
_LINE = "fault"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--all-faults", action="store_true", help=f"all faults, {MANY} shoppers each")
    group.addoption("--fault-seed", type=int, help="where chance begins, as a fault printed it")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "short_form: a fault that is played with all other tests")
    config.pluginmanager.register(_Lines(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the faults that take long to `--all-faults`."""
    if _is_thorough(config):
        return
    long = [item for item in items if _plays_a_fault(item) and not _is_short(item)]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def _is_thorough(config: pytest.Config) -> bool:
    # Not known where the tests of another folder were asked for as well.
    return bool(config.getoption("all_faults", default=False))


def _plays_a_fault(item: pytest.Item) -> bool:
    return "scene" in getattr(item, "fixturenames", ())


def _is_short(item: pytest.Item) -> bool:
    return item.get_closest_marker("short_form") is not None


class _Lines:
    """Shows the line of each fault as soon as it is over."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None or report.when != "call":
            return
        for name, line in report.user_properties:
            if name == _LINE:
                terminal.write_line(f"\n{line}")


@pytest.fixture(scope="session")
def fault_seed(pytestconfig: pytest.Config) -> int:
    given = pytestconfig.getoption("fault_seed", default=None)
    return secrets.randbelow(100_000) if given is None else int(given)


@pytest_asyncio.fixture
async def scene(
    request: pytest.FixtureRequest, fault_seed: int, tmp_path: Path
) -> AsyncIterator[Scene]:
    """Where a fault is played; whatever becomes of it, nothing of it stays."""
    thorough = _is_thorough(request.config)

    def say(line: str) -> None:
        request.node.user_properties.append((_LINE, line))

    async with AsyncExitStack() as undo:
        mail = await undo.enter_async_context(MailServer().running())
        count = MANY if thorough else FEW
        yield Scene(count, thorough, fault_seed, mail, tmp_path, say, undo)
