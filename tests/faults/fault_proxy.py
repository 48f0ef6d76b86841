"""A proxy between a program and its server that cuts a connection where it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

HOST = "127.0.0.1"
Side = Literal["client", "server"]
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
Cuts = Callable[[Side, bytes], bool]
"""Sees what one side of a connection says; True cuts it, so that the other side never hears it."""

_CHUNK = 65536


class FaultProxy:
    """`connect` reaches the server, `watch` makes the watcher of each new connection."""

    def __init__(self, connect: Connect, watch: Callable[[], Cuts]) -> None:
        self._connect, self._watch = connect, watch
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FaultProxy"]:
        server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        cuts = self._watch()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, server_writer, partial(cuts, "client")))
                both.create_task(_pump(server_reader, writer, partial(cuts, "server")))
        except* (_Ended, OSError):
            pass
        finally:
            writer.transport.abort()
            server_writer.transport.abort()


class _Ended(Exception):
    """One side went away, or the connection was cut."""


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cuts: Callable[[bytes], bool]
) -> None:
    while (said := await reader.read(_CHUNK)) and not cuts(said):
        writer.write(said)
        await writer.drain()
    raise _Ended
