"""The restocks of a site that run now: which, how far they are, and a hand on them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import RestockNotRunningError
from domain.holding import RunningRestock
from domain.ids import item_key_of_restock, named_restock_workflow_id, restock_name_of
from workflows.restock import Restock

Answer = TypeVar("Answer")


async def signal_restock(
    client: Client, site: str, name: str, signal: Callable[[Restock], Any], patience: timedelta
) -> None:
    """Signal a restock of a site by its name. Raises `RestockNotRunningError`."""
    handle = client.get_workflow_handle(named_restock_workflow_id(site, name))
    try:
        await handle.signal(signal, rpc_timeout=patience)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise RestockNotRunningError() from None


async def names_of_running(
    client: Client, site: str, most: int, patience: timedelta
) -> list[RunningRestock]:
    """The restocks of a site that run, the newest first, without how far they are.

    As Temporal's visibility lists them, a second late at most.
    """
    running = client.list_workflows(
        f"WorkflowType = '{Restock.__name__}' AND ExecutionStatus = 'Running'"
        f" AND RestockSite = '{site}'",
        limit=most,
        page_size=most,
        rpc_timeout=patience,
    )
    return [_listed(site, each) async for each in running]


async def running_restocks(
    client: Client, site: str, most: int, patience: timedelta
) -> list[RunningRestock]:
    """The same, with how far each is, by its own word."""
    listed = await names_of_running(client, site, most, patience)
    return list(await asyncio.gather(*(_asked(client, site, each, patience) for each in listed)))


async def ask_restock(
    client: Client, workflow_id: str, query: Callable[[Restock], Answer], patience: timedelta
) -> Answer | None:
    """What a restock answers; none where it has ended, or a worker of an older version runs it."""
    try:
        return await client.get_workflow_handle(workflow_id).query(
            query, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=patience
        )
    except (WorkflowQueryRejectedError, WorkflowQueryFailedError):
        return None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _asked(
    client: Client, site: str, listed: RunningRestock, patience: timedelta
) -> RunningRestock:
    workflow_id = named_restock_workflow_id(site, listed.name)
    return replace(
        listed, progress=await ask_restock(client, workflow_id, Restock.progress, patience)
    )


def _listed(site: str, run: WorkflowExecution) -> RunningRestock:
    name = restock_name_of(site, run.id)
    return RunningRestock(
        name=name, item_key=item_key_of_restock(name), since=run.start_time, progress=None
    )
