"""One shopper's request: it waits, for months if need be, and then the shopper is told."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.ask_confirmation import AskConfirmation
    from activities.record_outcome import RecordOutcome
    from activities.send_email import SendEmail
    from activities.tell_owner import TellOwner
    from domain.contracts import (
        EMAIL_TASK_QUEUE,
        Confirming,
        Delivery,
        Marking,
        MarkSignal,
        NoticeKind,
        NotificationRequestInput,
        RequestNotice,
        RestockSignal,
        Settling,
        Telling,
        WithdrawSignal,
    )
    from domain.status import OPEN, Status

# Of the task queue of mail; see `Engine` for the others.
_ALONE = Priority(priority_key=3)
_ONCE = RetryPolicy(maximum_attempts=1)
_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5)
)
# The activity decides when to give up, so that a changed setting applies to old requests.
_OWNER_NOTICE_LIMIT = timedelta(hours=48)
# As long as the link in it works.
_CONFIRMATION_LIMIT = timedelta(hours=24)


@workflow.defn
class NotificationRequest:
    """Waits for `restock`, `mark_as_sent` or `withdraw`, and ends with the status it reached.

    Where the shopper is to confirm the address, it waits for `confirm` before.
    """

    @workflow.init
    def __init__(self, request: NotificationRequestInput) -> None:
        self._request = request
        self._status: Status | None = Status.RECEIVED
        self._restocks: list[RestockSignal] = []
        self._marked = False
        self._withdrawn = False
        self._unconfirmed = request.unconfirmed
        self._to_ask = request.unconfirmed
        self._asked = 0

    @workflow.run
    async def run(self, request: NotificationRequestInput) -> str:
        await self._until_confirmed()
        owner_hears = asyncio.create_task(self._tell_owner_of_arrival())
        while not self._withdrawn:
            await workflow.wait_condition(
                lambda: self._is_called() or (self._has_ended() and owner_hears.done())
            )
            if not self._is_called():
                break
            await self._answer()
        return self._status or "withdrawn"

    @workflow.signal(description="The item is back: tell the shopper by e-mail.")
    def restock(self, restock: RestockSignal | None = None) -> None:
        # Nobody waits yet; what is in stock once somebody does is looked at anew.
        if self._unconfirmed:
            return
        restock = restock or RestockSignal()
        known = {waiting.restock_id for waiting in self._restocks}
        # The first restock wins; a repeated one says nothing new.
        if not self._restocks or (restock.restock_id and restock.restock_id not in known):
            self._restocks.append(restock)

    @workflow.signal(description="The owner told the shopper: send no mail.")
    def mark_as_sent(self, mark: MarkSignal | None = None) -> None:
        self._marked = True

    @workflow.signal(description="Nobody waits any more: end quietly.")
    def withdraw(self, withdraw: WithdrawSignal | None = None) -> None:
        self._withdrawn = True
        self._status = None

    @workflow.signal(description="The shopper confirmed the address: wait.")
    def confirm(self) -> None:
        self._unconfirmed = False

    @workflow.signal(description="Ask the shopper once more to confirm the address.")
    def ask_confirmation(self) -> None:
        self._to_ask = True

    def _is_called(self) -> bool:
        return self._withdrawn or self._marked or bool(self._restocks)

    def _has_ended(self) -> bool:
        return self._status not in OPEN

    async def _until_confirmed(self) -> None:
        while self._unconfirmed and not (self._withdrawn or self._marked):
            if self._to_ask:
                self._to_ask = False
                await self._ask_for_confirmation()
            await workflow.wait_condition(
                lambda: self._to_ask or not self._unconfirmed or self._withdrawn or self._marked
            )

    async def _ask_for_confirmation(self) -> None:
        self._asked += 1
        workflow.set_current_details("The shopper is asked to confirm the address.")
        try:
            await workflow.execute_activity_method(
                AskConfirmation.ask_confirmation,
                Confirming(
                    site=self._request.site,
                    request_id=self._request.request_id,
                    number=self._asked,
                ),
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=timedelta(seconds=10),
                schedule_to_close_timeout=_CONFIRMATION_LIMIT,
                retry_policy=_PATIENTLY,
                priority=_ALONE,
                summary="Mail that asks for a confirmation",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("confirmation_not_asked")

    async def _answer(self) -> None:
        if self._marked:
            await self._record_mark()
        elif self._restocks:
            await self._tell_shopper(self._restocks[0])
            self._restocks.pop(0)
        if self._status in (None, Status.NOTIFICATION_SENT):
            self._restocks.clear()

    async def _record_mark(self) -> None:
        state = await workflow.execute_local_activity_method(
            RecordOutcome.record_mark,
            Marking(site=self._request.site, request_id=self._request.request_id),
            start_to_close_timeout=timedelta(seconds=10),
        )
        self._marked = False
        self._status = state.status

    async def _tell_shopper(self, restock: RestockSignal) -> None:
        telling = Telling(
            site=self._request.site,
            request_id=self._request.request_id,
            restock_id=restock.restock_id or workflow.uuid4(),
            item=restock.item_details,
            parameters=restock.extra_automation_template_parameters,
        )
        workflow.set_current_details("The item is back; the shopper's mail is on its way.")
        delivery = await self._send_email(telling, restock)
        if not delivery.recorded:
            delivery = await self._record_outcome(telling, delivery)
        self._status = delivery.status
        workflow.set_current_details(f"{delivery.outcome}: {delivery.reply}")
        if restock.tell_owner and self._has_ended() and self._status:
            sent = self._status is Status.NOTIFICATION_SENT
            await self._tell_owner(
                NoticeKind.NOTIFICATION_SENT if sent else NoticeKind.NOTIFICATION_FAILED
            )

    async def _send_email(self, telling: Telling, restock: RestockSignal) -> Delivery:
        """Send in the workflow's own task on a healthy day, as a regular activity in trouble."""
        if not restock.queued:
            try:
                return await workflow.execute_local_activity_method(
                    SendEmail.send_email,
                    telling,
                    start_to_close_timeout=timedelta(minutes=3),
                    retry_policy=_ONCE,
                    summary="Shopper's mail",
                )
            except FailureError as error:
                # A local activity fails with the activity's own error, not with ActivityError.
                if is_cancelled_exception(error):
                    raise
        return await workflow.execute_activity_method(
            SendEmail.send_email,
            telling,
            task_queue=EMAIL_TASK_QUEUE,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=_PATIENTLY,
            # The owner hears of it by itself where it is not one of many.
            priority=_ALONE if restock.tell_owner else Priority.default,
            summary="Shopper's mail",
        )

    async def _record_outcome(self, telling: Telling, delivery: Delivery) -> Delivery:
        return await workflow.execute_local_activity_method(
            RecordOutcome.record_outcome,
            Settling(telling=telling, delivery=delivery),
            start_to_close_timeout=timedelta(seconds=10),
            summary=f"Outcome: {delivery.outcome}",
        )

    async def _tell_owner_of_arrival(self) -> None:
        if self._request.tell_owner and not self._unconfirmed:
            await self._tell_owner(NoticeKind.REQUEST_RECEIVED)

    async def _tell_owner(self, kind: NoticeKind) -> None:
        try:
            await workflow.execute_activity_method(
                TellOwner.tell_owner_of_request,
                RequestNotice(
                    site=self._request.site, request_id=self._request.request_id, kind=kind
                ),
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=timedelta(seconds=10),
                schedule_to_close_timeout=_OWNER_NOTICE_LIMIT,
                retry_policy=_PATIENTLY,
                summary=f"Owner notice: {kind}",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            # The event stands in the owner's inbox, which no mail server can lose.
            workflow.logger.warning("owner_not_told", extra={"kind": kind})
