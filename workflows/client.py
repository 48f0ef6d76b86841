"""The way to Temporal: a client, and what becomes of calls it does not answer."""

import functools
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
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


def runtime_with_metrics(address: str) -> Runtime:
    """A runtime of temporalio that serves its Prometheus metrics at `address`, a `host:port`.

    Raises `ConnectionError` where it cannot listen there.
    """
    metrics = PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=metrics))
    except (RuntimeError, ValueError) as error:
        raise ConnectionError(f"RESTOCK_METRICS_ADDRESS, {address}: {error}") from None


async def connect(
    lazy: bool = False, address: str | None = None, runtime: Runtime | None = None
) -> Client:
    """A client as `TEMPORAL_*` and `temporal.toml` say; `lazy` connects at the first call.

    `address`: of an embedded server, `host:port`; then nothing else they say counts. `runtime`:
    what is to run it and its workers, as `runtime_with_metrics`. Raises `ConnectionError` where
    Temporal does not answer.
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
            runtime=runtime,
            # Its messages are small, and there are many.
            grpc_compression=GrpcCompression.NONE,
        )
    except RuntimeError as error:
        raise ConnectionError(f"Temporal, {config['target_host']}: {error}") from None
