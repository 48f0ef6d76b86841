"""What an owner wrote to a shopper: sent, and then the request is done."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.send_message import SendMessage
    from domain.contracts import EMAIL_TASK_QUEUE
    from domain.messages import Message, MessageOutcome, MessageState

_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5)
)


@workflow.defn
class OwnerMessage:
    """Sends one message to one shopper, and marks the request that it answers."""

    @workflow.run
    async def run(self, message: Message) -> MessageOutcome:
        outcome = await workflow.execute_activity_method(
            SendMessage.send_message,
            message,
            task_queue=EMAIL_TASK_QUEUE,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=_PATIENTLY,
            summary="Owner's message",
        )
        workflow.set_current_details(f"{outcome.state or 'erased'}: {outcome.reply}")
        if outcome.state is MessageState.SENT:
            await self._mark(message)
        return outcome

    async def _mark(self, message: Message) -> None:
        await workflow.execute_activity_method(
            SendMessage.mark_as_answered,
            message,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_PATIENTLY,
            summary="Mark the request as told",
        )
