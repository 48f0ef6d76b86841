"""How the engine is: who works for it, what waits for them, and when the reconciler ran last."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from domain.contracts import EMAIL_TASK_QUEUE, TASK_QUEUE
from workflows.client import or_unavailable
from workflows.schedules import RECONCILE

_PATIENCE = timedelta(seconds=3)
# A worker asks for work once a minute at least; Temporal remembers those of the last five.
_STILL_THERE = timedelta(minutes=2)
_QUEUES = (
    (TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    (TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    (EMAIL_TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
)


@dataclass(frozen=True)
class EngineState:
    """`workers`: the identities of those that asked for work lately. `backlog`: tasks that wait
    for one of them. `reconciled`: when the reconciler ran last, by Temporal's clock.
    """

    workers: tuple[str, ...]
    backlog: int
    reconciled: datetime | None


@or_unavailable
async def engine_state(client: Client) -> EngineState:
    """How it is now. Raises `EngineUnavailableError` where Temporal does not answer."""
    queues = asyncio.gather(*(_queue(client, name, kind) for name, kind in _QUEUES))
    schedule = client.get_schedule_handle(RECONCILE).describe(rpc_timeout=_PATIENCE)
    described, found = await asyncio.gather(schedule, queues)
    actions = described.info.recent_actions
    return EngineState(
        workers=tuple(sorted(set().union(*(workers for workers, _ in found)))),
        backlog=sum(backlog for _, backlog in found),
        reconciled=actions[-1].started_at if actions else None,
    )


async def _queue(
    client: Client, name: str, kind: "TaskQueueType.ValueType"
) -> tuple[set[str], int]:
    reply = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=name),
            task_queue_type=kind,
            report_stats=True,
        ),
        timeout=_PATIENCE,
    )
    since = datetime.now(UTC) - _STILL_THERE
    workers = {
        each.identity
        for each in reply.pollers
        if each.last_access_time.ToDatetime(tzinfo=UTC) > since
    }
    return workers, reply.stats.approximate_backlog_count
