"""The API and the workers as children, and the question whether they are ready."""

import asyncio
import http.client
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack

from cli.embedded.errors import StartError
from cli.embedded.options import StackOptions
from cli.embedded.process import Command
from cli.embedded.supervisor import Child, Supervisor, all_ready
from domain.settings import PREFIX, Settings

READY_WITHIN = 60.0
_PAUSE = 0.1
_METRICS = f"{PREFIX}METRICS_ADDRESS"
# What an app gets beyond the grace in which its mail in flight and open requests end.
_BEYOND_GRACE = 5.0


async def start_apps(
    options: StackOptions, env: Mapping[str, str], supervisor: Supervisor, undo: AsyncExitStack
) -> list[Child]:
    """Start the API, which comes first in the answer, and the workers."""
    workers = [
        _command(f"worker-{number}", options, worker_environment(env, options.settings, number))
        for number in range(1, options.settings.workers + 1)
    ]
    return await supervisor.start(_command("api", options, env), *workers, undo=undo)


def worker_environment(
    env: Mapping[str, str], settings: Settings, number: int
) -> Mapping[str, str]:
    """Each worker serves its own metrics: the first where the setting says, the others after it."""
    if settings.metrics_address is None:
        return env
    host, _, port = settings.metrics_address.rpartition(":")
    own = {key: value for key, value in env.items() if key != f"{_METRICS}_FILE"}
    return own | {_METRICS: f"{host}:{int(port) + number - 1}"}


def _command(name: str, options: StackOptions, env: Mapping[str, str]) -> Command:
    grace = options.settings.shutdown_grace.total_seconds()
    return Command(
        name=name,
        argv=(*options.app_command, name.split("-")[0]),
        env=env,
        log=options.data_dir / "logs" / f"{name}.log",
        stop=((signal.SIGTERM, grace + _BEYOND_GRACE),),
    )


async def wait_until_ready(options: StackOptions, apps: list[Child]) -> None:
    """Wait for `/readyz`. Raises `StartError` when an app ends before, or the wait is too long."""
    last = ["no answer"]
    try:
        async with asyncio.timeout(READY_WITHIN):
            await all_ready(apps, _answers_ready(options, last))
    except TimeoutError as error:
        logs = options.data_dir / "logs"
        raise StartError(
            f"The API was not ready within {READY_WITHIN:.0f} s. Its last answer: {last[0]}. "
            f"The logs are in {logs}."
        ) from error


async def _answers_ready(options: StackOptions, last: list[str]) -> None:
    while True:
        try:
            status, last[0] = await asyncio.to_thread(_get_readyz, options)
        except (OSError, http.client.HTTPException):
            status = 0
        if status == http.HTTPStatus.OK:
            return
        await asyncio.sleep(_PAUSE)


def _get_readyz(options: StackOptions) -> tuple[int, str]:
    connection = http.client.HTTPConnection(options.api_host, options.settings.port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, response.read(2000).decode(errors="replace")
    finally:
        connection.close()
