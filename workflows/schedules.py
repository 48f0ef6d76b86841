"""What Temporal's schedules run: housekeeping each minute, product feeds at their interval."""

import dataclasses
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from domain.contracts import TASK_QUEUE
from workflows.client import or_unavailable
from workflows.housekeeping import Reconciler
from workflows.product_feed import FeedPoll

RECONCILE = "reconcile"
"""The schedule that finds what was missed, each minute."""


@or_unavailable
async def ensure_schedules(client: Client, feed_interval: timedelta) -> None:
    """Make the schedules Restock needs; change those that have another interval.

    Raises `EngineUnavailableError` where Temporal does not answer.
    """
    await _ensure(client, RECONCILE, Reconciler, timedelta(minutes=1))
    await _ensure(client, "product-feeds", FeedPoll, feed_interval)


async def _ensure(client: Client, name: str, workflow: type, every: timedelta) -> None:
    action = ScheduleActionStartWorkflow(workflow.__name__, id=name, task_queue=TASK_QUEUE)
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])

    async def change(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        known = found.description.schedule
        if [interval.every for interval in known.spec.intervals] == [every]:
            return None
        return ScheduleUpdate(dataclasses.replace(known, spec=spec))

    try:
        await client.create_schedule(name, Schedule(action, spec))
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(change)
