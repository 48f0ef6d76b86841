"""A worker process of the bare engine: with temporalio's default settings, or with Restock's."""

import asyncio
import sys

import temporalio.api.common.v1
import temporalio.api.workflowservice.v1
import uvloop
from temporalio import activity
from temporalio.client import Client
from temporalio.service import GrpcCompression
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.each import for_each
from benchmarks.bare_workflows import AS_RESTOCK, DEFAULTS, Bare, CallAll


@activity.defn
async def nothing() -> None:
    """What a notification costs when there is nothing to do."""


@activity.defn
async def call_page(prefix: str, first: int, end: int) -> None:
    """Signal the workflows `<prefix><number>`, in the way in which Restock signals its own."""
    client = activity.client()

    async def call(number: int) -> None:
        await client.workflow_service.signal_workflow_execution(
            temporalio.api.workflowservice.v1.SignalWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=temporalio.api.common.v1.WorkflowExecution(
                    workflow_id=f"{prefix}{number}"
                ),
                signal_name=Bare.call.__name__,
                identity=client.identity,
                request_id=f"{prefix}{number}",
            ),
            retry=True,
        )

    await for_each(range(first, end), call)


async def _work(address: str, task_queue: str) -> None:
    as_restock = task_queue == AS_RESTOCK
    client = await Client.connect(
        address, grpc_compression=GrpcCompression.NONE if as_restock else GrpcCompression.GZIP
    )
    worker = Worker(
        client,
        task_queue=task_queue,
        workflows=[Bare, CallAll],
        activities=[nothing, call_page],
        workflow_runner=UnsandboxedWorkflowRunner() if as_restock else SandboxedWorkflowRunner(),
    )
    await worker.run()


if __name__ == "__main__":
    run = asyncio.run if sys.argv[2] == DEFAULTS else uvloop.run
    run(_work(*sys.argv[1:]))
