"""The API on a port of its own, for clients that are no part of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from cli.processes import server_config
from domain.settings import Settings


@asynccontextmanager
async def served(app: FastAPI, settings: Settings | None = None) -> AsyncIterator[str]:
    """Serve as `restock api` does, with the defaults or some settings. Yields the address."""
    # Named as TCP, so that asyncio sends each reply at once (TCP_NODELAY).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(server_config(app, settings or Settings()))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
