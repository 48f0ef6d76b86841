"""How the rest of Restock reaches its workflows: every start, signal and query."""

import dataclasses
import functools
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import temporalio.api.common.v1
import temporalio.api.workflowservice.v1
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
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from domain.contracts import (
    TASK_QUEUE,
    MarkSignal,
    NotificationRequestInput,
    ReportedSignal,
    RestockInput,
    RestockSignal,
    Source,
    StockChangedSignal,
    WithdrawSignal,
)
from domain.errors import EngineUnavailableError
from domain.feeds import FeedInput, RefreshSignal
from domain.ids import (
    arrivals_workflow_id,
    feed_workflow_id,
    report_workflow_id,
    request_workflow_id,
    restock_signal_id,
    restock_workflow_id,
)
from domain.locales import locale_key
from store.records import Arrival, ClaimedRequest, WaitingStart
from workflows.arrivals import Arrivals
from workflows.converter import data_converter
from workflows.housekeeping import Readiness, Reconciler
from workflows.notification_request import NotificationRequest
from workflows.product_feed import FeedPoll, ProductFeed
from workflows.restock import Restock

RESTOCK_SITE = SearchAttributeKey.for_keyword("RestockSite")
RESTOCK_ITEM = SearchAttributeKey.for_keyword("RestockItem")

# A shopper or an inventory service waits for these calls; the reconciler makes up for a create.
_PATIENCE = timedelta(seconds=3)
_JOIN = WorkflowIDConflictPolicy.USE_EXISTING


_TRANSIENT = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def _or_unavailable(
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


async def connect(lazy: bool = False) -> Client:
    """A client as `TEMPORAL_*` and `temporal.toml` say; `lazy` connects at the first call.

    Raises `ConnectionError` where Temporal does not answer.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    # Not temporalio's `pid@host`: a history without any @ shows at a glance that it is clean.
    identity = f"restock/{socket.gethostname()}/{os.getpid()}"
    try:
        return await Client.connect(
            **config, lazy=lazy, identity=identity, data_converter=data_converter
        )
    except RuntimeError as error:
        raise ConnectionError(f"Temporal, {config['target_host']}: {error}") from None


@dataclass(frozen=True)
class Engine:
    """Temporal, as Restock uses it. Every call is safe to repeat.

    Raises `EngineUnavailableError` where Temporal does not answer.
    """

    client: Client

    @_or_unavailable
    async def start_request(self, request: WaitingStart) -> None:
        """Start the workflow of a new request, unless it runs."""
        await self.client.start_workflow(
            NotificationRequest.run,
            NotificationRequestInput(request_id=request.id, site=request.site),
            id=request_workflow_id(request.id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(request.site, request.item_key),
            static_summary=request.summary,
            rpc_timeout=_PATIENCE,
        )

    @_or_unavailable
    async def announce(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> None:
        """Tell a request that its item is back; start its workflow again where it ended.

        The signal has an id of its own, so that the server drops it when it comes twice.
        """
        try:
            await self._signal_once(request.id, signal)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            name = NotificationRequest.restock.__name__
            await self._start_with(site, request, name, signal)

    @_or_unavailable
    async def mark(self, site: str, request: ClaimedRequest) -> None:
        """Tell a request that the owner told the shopper; its workflow may have ended."""
        name = NotificationRequest.mark_as_sent.__name__
        await self._start_with(site, request, name, MarkSignal())

    @_or_unavailable
    async def withdraw(self, request_id: UUID) -> None:
        """End the workflow of a request, if it runs."""
        handle = self.client.get_workflow_handle(request_workflow_id(request_id))
        try:
            await handle.signal(
                NotificationRequest.withdraw,
                WithdrawSignal(reason="deleted"),
                rpc_timeout=_PATIENCE,
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    @_or_unavailable
    async def report_item(self, site: str, item_key: str, report: ReportedSignal) -> None:
        """Announce an item to all who wait for it; joins a restock that is running."""
        await self._call_restock(
            restock_workflow_id(site, item_key),
            RestockInput(site=site, item_key=item_key),
            report,
            report.item_details.name,
        )

    @_or_unavailable
    async def report_requests(
        self, site: str, request_ids: tuple[UUID, ...], report: ReportedSignal
    ) -> None:
        """Announce to the requests named."""
        await self._call_restock(
            report_workflow_id(site, request_ids),
            RestockInput(site=site, request_ids=request_ids),
            report,
            report.item_details.name,
        )

    @_or_unavailable
    async def arrivals_waiting(self, site: str) -> None:
        """Start the restocks of what came in to a site."""
        await self.client.start_workflow(
            Arrivals.run,
            site,
            id=arrivals_workflow_id(site),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            start_signal=Arrivals.arrived.__name__,
            search_attributes=_attributes(site),
            static_summary="Starts the restocks of what came in",
            rpc_timeout=_PATIENCE,
        )

    @_or_unavailable
    async def start_restock(self, site: str, arrival: Arrival) -> None:
        """Announce an item that came in to its audience; joins a restock that is running."""
        stock = StockChangedSignal(
            quantity=arrival.quantity,
            sku=arrival.sku,
            source=Source.PRODUCT_FEED if arrival.feed else Source.STOCK_LEVEL,
            restock_id=arrival.restock_id,
        )
        audience = arrival.audience
        parts = (arrival.sku, audience.locale or audience.feed, audience.external_id)
        await self._call_restock(
            restock_workflow_id(site, arrival.item_key, audience),
            RestockInput(site=site, item_key=arrival.item_key, audience=audience),
            stock,
            ", ".join(part for part in parts if part),
        )

    @_or_unavailable
    async def refresh_feed(self, site: str, locale: str, accept_shrink: bool = False) -> None:
        """Have a product feed read, again where it is being read. `locale`: in any spelling."""
        await self.client.start_workflow(
            ProductFeed.run,
            FeedInput(site=site, locale=locale),
            id=feed_workflow_id(site, locale_key(locale)),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            start_signal=ProductFeed.refresh.__name__,
            start_signal_args=[RefreshSignal(accept_shrink=accept_shrink)],
            search_attributes=_attributes(site),
            static_summary=f"Product feed {locale}",
            rpc_timeout=_PATIENCE,
        )

    @_or_unavailable
    async def worker_answers(self) -> bool:
        """Whether Temporal and a worker answer now."""
        handle = await self.client.start_workflow(
            Readiness.run,
            id="readiness",
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            static_summary="Asked by /readyz whether a worker answers",
            rpc_timeout=_PATIENCE,
        )
        return await handle.query(Readiness.worker_answers, rpc_timeout=_PATIENCE)

    @_or_unavailable
    async def ensure_schedules(self, feed_interval: timedelta) -> None:
        """Make the schedules Restock needs; change those that have another interval."""
        await self._ensure_schedule("reconcile", Reconciler, timedelta(minutes=1))
        await self._ensure_schedule("product-feeds", FeedPoll, feed_interval)

    async def _ensure_schedule(self, name: str, workflow: type, every: timedelta) -> None:
        action = ScheduleActionStartWorkflow(workflow.__name__, id=name, task_queue=TASK_QUEUE)
        spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])

        async def change(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
            known = found.description.schedule
            if [interval.every for interval in known.spec.intervals] == [every]:
                return None
            return ScheduleUpdate(dataclasses.replace(known, spec=spec))

        try:
            await self.client.create_schedule(name, Schedule(action, spec))
        except ScheduleAlreadyRunningError:
            await self.client.get_schedule_handle(name).update(change)

    async def _call_restock(
        self,
        workflow_id: str,
        restock: RestockInput,
        signal: ReportedSignal | StockChangedSignal,
        what: str,
    ) -> None:
        reported = isinstance(signal, ReportedSignal)
        await self.client.start_workflow(
            Restock.run,
            restock,
            id=workflow_id,
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            start_signal=(Restock.reported if reported else Restock.stock_changed).__name__,
            start_signal_args=[signal],
            search_attributes=_attributes(restock.site, restock.item_key),
            static_summary=f"Restock of {what[:150] or 'an item'}",
            rpc_timeout=_PATIENCE,
        )

    async def _signal_once(self, request_id: UUID, signal: RestockSignal) -> None:
        assert signal.restock_id
        payloads = await self.client.data_converter.encode([signal])
        await self.client.workflow_service.signal_workflow_execution(
            temporalio.api.workflowservice.v1.SignalWorkflowExecutionRequest(
                namespace=self.client.namespace,
                workflow_execution=temporalio.api.common.v1.WorkflowExecution(
                    workflow_id=request_workflow_id(request_id)
                ),
                signal_name=NotificationRequest.restock.__name__,
                input=temporalio.api.common.v1.Payloads(payloads=payloads),
                identity=self.client.identity,
                request_id=restock_signal_id(signal.restock_id, request_id),
            ),
            retry=True,
        )

    async def _start_with(
        self, site: str, request: ClaimedRequest, name: str, signal: RestockSignal | MarkSignal
    ) -> None:
        await self.client.start_workflow(
            NotificationRequest.run,
            NotificationRequestInput(request_id=request.id, site=site, tell_owner=False),
            id=request_workflow_id(request.id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            start_signal=name,
            start_signal_args=[signal],
            search_attributes=_attributes(site, request.item_key),
            static_summary="Taken up again",
            rpc_timeout=_PATIENCE,
        )


def _attributes(site: str, item_key: str = "") -> TypedSearchAttributes:
    pairs = [SearchAttributePair(RESTOCK_SITE, site)]
    pairs += [SearchAttributePair(RESTOCK_ITEM, item_key)] if item_key else []
    return TypedSearchAttributes(pairs)
