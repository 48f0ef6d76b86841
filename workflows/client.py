"""The way to Temporal: a client, and what becomes of calls it does not answer."""

import functools
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode

from domain.errors import EngineUnavailableError
from workflows.converter import data_converter

_TRANSIENT = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def or_unavailable(
    call: Callable[Arguments, Awaitable[Answer]],
) -> Callable[Arguments, Coroutine[Any, Any, Answer]]:
    """The call, raising `EngineUnavailableError` where Temporal does not answer."""

    @functools.wraps(call)
    async def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        try:
            return await call(*args, **kwargs)
        except RPCError as error:
            if error.status in _TRANSIENT:
                raise EngineUnavailableError() from error
            raise
        except RuntimeError as error:
            # What a lazy client raises where its first call cannot connect.
            raise EngineUnavailableError() from error

    return wrapped


async def connect(lazy: bool = False, address: str | None = None) -> Client:
    """A client as `TEMPORAL_*` and `temporal.toml` say; `lazy` connects at the first call.

    `address`: of an embedded server, `host:port`; then nothing else they say counts. Raises
    `ConnectionError` where Temporal does not answer.
    """
    config = ClientConnectConfig() if address else ClientConfig.load_client_connect_config()
    config.setdefault("target_host", address or "localhost:7233")
    # Not temporalio's `pid@host`: a history without any @ shows at a glance that it is clean.
    identity = f"restock/{socket.gethostname()}/{os.getpid()}"
    try:
        return await Client.connect(
            **config,
            lazy=lazy,
            identity=identity,
            data_converter=data_converter,
            # Its messages are small, and there are many.
            grpc_compression=GrpcCompression.NONE,
        )
    except RuntimeError as error:
        raise ConnectionError(f"Temporal, {config['target_host']}: {error}") from None
