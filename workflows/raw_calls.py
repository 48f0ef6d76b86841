"""Calls of Temporal's service that `temporalio.client` has no method for."""

from datetime import timedelta
from uuid import UUID

import temporalio.api.common.v1
import temporalio.api.workflow.v1
import temporalio.api.workflowservice.v1
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.contracts import RestockSignal
from domain.ids import request_workflow_id, restock_signal_id
from workflows.notification_request import NotificationRequest


async def signal_once(client: Client, request_id: UUID, signal: RestockSignal) -> None:
    """Signal a request that its item is back; the server drops the signal when it comes twice.

    Raises `RPCError`, of status NOT_FOUND where the workflow has ended.
    """
    assert signal.restock_id
    payloads = await client.data_converter.encode([signal])
    await client.workflow_service.signal_workflow_execution(
        temporalio.api.workflowservice.v1.SignalWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=temporalio.api.common.v1.WorkflowExecution(
                workflow_id=request_workflow_id(request_id)
            ),
            signal_name=NotificationRequest.restock.__name__,
            input=temporalio.api.common.v1.Payloads(payloads=payloads),
            identity=client.identity,
            request_id=restock_signal_id(signal.restock_id, request_id),
        ),
        retry=True,
    )


async def prioritise(client: Client, request_id: UUID, priority: int, patience: timedelta) -> None:
    """Change the priority of a request that waits; one that has ended stays as it is."""
    options = temporalio.api.workflow.v1.WorkflowExecutionOptions()
    options.priority.priority_key = priority
    try:
        await client.workflow_service.update_workflow_execution_options(
            temporalio.api.workflowservice.v1.UpdateWorkflowExecutionOptionsRequest(
                namespace=client.namespace,
                workflow_execution=temporalio.api.common.v1.WorkflowExecution(
                    workflow_id=request_workflow_id(request_id)
                ),
                workflow_execution_options=options,
                update_mask=FieldMask(paths=["priority.priority_key"]),
                identity=client.identity,
            ),
            timeout=patience,
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
