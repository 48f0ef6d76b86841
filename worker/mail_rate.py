"""The rate of mail: a limit of the task queue `email`, which Temporal keeps over all workers."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimitConfig, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    UpdateTaskQueueConfigRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from domain.contracts import EMAIL_TASK_QUEUE

_BY_SETTING = "RESTOCK_EMAIL_RATE"
_BY_COMMAND = "restock mail rate"
_KNOWN_FOR_SECONDS = 5.0
_PATIENCE = timedelta(seconds=3)
_ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


@dataclass
class MailRate:
    """Reads and sets how many mails leave in a second.

    Temporal holds to it over all workers and keeps it across restarts; it may be changed at any
    time, also by `temporal task-queue config set`. After a rest, a second's worth of mails leaves
    at once. Raises `RPCError` where Temporal does not answer.
    """

    client: Client
    _is_set: bool = field(default=False, init=False)
    _known_until: float = field(default=0, init=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def get(self) -> float | None:
        """The rate, in mails a second; None is without a limit."""
        return _rate(await self._config())

    async def set(self, rate: float | None) -> None:
        """Set the rate, or take the limit away. Workers notice within five seconds."""
        await self._change(rate, _BY_COMMAND)

    async def begin_with(self, rate: float | None) -> None:
        """Set what the setting `RESTOCK_EMAIL_RATE` says, unless somebody set a rate by hand."""
        config = await self._config()
        is_known = config.HasField("metadata")
        if is_known and config.metadata.reason != _BY_SETTING:
            return
        if rate != _rate(config):
            await self._change(rate, _BY_SETTING)

    async def is_set(self) -> bool:
        """Whether there is a rate, as it was five seconds ago at most.

        Where Temporal does not answer, as it was when it last did.
        """
        async with self._asking:
            if time.monotonic() >= self._known_until:
                with suppress(RPCError):
                    self._is_set = await self.get() is not None
                self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS
        return self._is_set

    async def _config(self) -> RateLimitConfig:
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=EMAIL_TASK_QUEUE),
            task_queue_type=_ACTIVITIES,
            report_config=True,
        )
        describe = self.client.workflow_service.describe_task_queue
        return (await describe(request, timeout=_PATIENCE)).config.queue_rate_limit

    async def _change(self, rate: float | None, reason: str) -> None:
        update = UpdateTaskQueueConfigRequest.RateLimitUpdate(reason=reason)
        # Without a rate in it, an update takes the limit away.
        if rate is not None:
            update.rate_limit.requests_per_second = rate
        await self.client.workflow_service.update_task_queue_config(
            UpdateTaskQueueConfigRequest(
                namespace=self.client.namespace,
                identity=self.client.identity,
                task_queue=EMAIL_TASK_QUEUE,
                task_queue_type=_ACTIVITIES,
                update_queue_rate_limit=update,
            ),
            timeout=_PATIENCE,
        )


def _rate(config: RateLimitConfig) -> float | None:
    return config.rate_limit.requests_per_second if config.HasField("rate_limit") else None
