"""How the rest of Restock reaches its workflows: every start, signal and query."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from temporalio.client import (
    Client,
    WorkflowFailureError,
)
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.bulk import Bulk
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
from domain.holding import RunningRestock
from domain.ids import (
    arrivals_workflow_id,
    bulk_workflow_id,
    feed_workflow_id,
    import_workflow_id,
    message_workflow_id,
    outage_notice_workflow_id,
    report_workflow_id,
    request_workflow_id,
    restock_workflow_id,
)
from domain.imports.contracts import ImportInput
from domain.locales import locale_key
from domain.mail_templates import TrialMailInput, TrialMailOutcome
from domain.matching import Audience
from domain.messages import Message
from domain.outlook import RunningWave
from domain.preview import MailPreviewInput, PreviewedMail
from store.records import Arrival, ClaimedRequest, WaitingStart
from workflows.arrivals import Arrivals
from workflows.bulk import BulkChange
from workflows.client import or_unavailable
from workflows.housekeeping import OutageNotice, Readiness
from workflows.notification_request import NotificationRequest
from workflows.owner_message import OwnerMessage
from workflows.preview import MailPreview
from workflows.product_feed import ProductFeed
from workflows.raw_calls import prioritise, signal_once
from workflows.request_import import RequestImport
from workflows.restock import Restock
from workflows.running import ask_restock, names_of_running, running_restocks, signal_restock
from workflows.trial_mail import TrialMail

RESTOCK_SITE = SearchAttributeKey.for_keyword("RestockSite")
RESTOCK_ITEM = SearchAttributeKey.for_keyword("RestockItem")

# A shopper or an inventory service waits for these calls; the reconciler makes up for a create.
_PATIENCE = timedelta(seconds=3)
_PREVIEW_PATIENCE = timedelta(seconds=10)
_TRIAL_PATIENCE = timedelta(seconds=30)
# Of Temporal's task queues, where lower goes first. A request waits as one of many, and is called
# forward where it is told alone.
_MARKED_BY_OWNER, _ALONE, _ONE_OF_MANY = 1, 3, 5
_JOIN = WorkflowIDConflictPolicy.USE_EXISTING


@dataclass(frozen=True)
class Engine:
    """Temporal, as Restock uses it. Every call is safe to repeat.

    Raises `EngineUnavailableError` where Temporal does not answer.
    """

    client: Client

    @or_unavailable
    async def start_request(self, request: WaitingStart) -> None:
        """Start the workflow of a new request, unless it runs; tell it of a confirmation."""
        await self.client.start_workflow(
            NotificationRequest.run,
            NotificationRequestInput(
                request_id=request.id,
                site=request.site,
                tell_owner=request.tell_owner,
                unconfirmed=request.unconfirmed,
            ),
            id=request_workflow_id(request.id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(request.site, request.item_key),
            priority=_priority(_ONE_OF_MANY, request.site, request.item_key),
            static_summary=request.summary,
            # The one that asked for the confirmation may be waiting for it.
            start_signal=NotificationRequest.confirm.__name__ if request.confirmed_date else None,
            rpc_timeout=_PATIENCE,
        )

    @or_unavailable
    async def ask_confirmation(self, request_id: UUID) -> None:
        """Have a shopper asked once more to confirm a request, if its workflow runs."""
        name = NotificationRequest.ask_confirmation.__name__
        await self._signal_if_running(request_workflow_id(request_id), name)

    @or_unavailable
    async def announce(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> bool:
        """Tell a request that its item is back; start its workflow again where it ended.

        The signal has an id of its own, so that the server drops it when it comes twice. Returns
        whether the workflow had ended.
        """
        try:
            await signal_once(self.client, request.id, signal)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            name = NotificationRequest.restock.__name__
            await self._start_with(site, request, name, signal, _ALONE)
            return True
        return False

    @or_unavailable
    async def call_forward(self, request_id: UUID) -> None:
        """Have a request told before those that are told by the hundred."""
        await prioritise(self.client, request_id, _ALONE, _PATIENCE)

    @or_unavailable
    async def mark(self, site: str, request: ClaimedRequest) -> None:
        """Tell a request that the owner told the shopper; its workflow may have ended."""
        name = NotificationRequest.mark_as_sent.__name__
        await prioritise(self.client, request.id, _MARKED_BY_OWNER, _PATIENCE)
        await self._start_with(site, request, name, MarkSignal(), _MARKED_BY_OWNER)

    @or_unavailable
    async def withdraw(self, request_id: UUID) -> None:
        """End the workflow of a request, if it runs."""
        withdrawn = WithdrawSignal(reason="deleted")
        name = NotificationRequest.withdraw.__name__
        await self._signal_if_running(request_workflow_id(request_id), name, withdrawn)

    @or_unavailable
    async def report_item(self, site: str, item_key: str, report: ReportedSignal) -> None:
        """Announce an item to all who wait for it; joins a restock that is running."""
        await self._call_restock(
            restock_workflow_id(site, item_key),
            RestockInput(site=site, item_key=item_key),
            report,
            report.item_details.name,
        )

    @or_unavailable
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

    @or_unavailable
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

    @or_unavailable
    async def mail_recovered(self, site: str) -> None:
        """Have the owner of a site told that mail goes out again."""
        await self.client.start_workflow(
            OutageNotice.run,
            site,
            id=outage_notice_workflow_id(site),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(site),
            static_summary="Tells the owner that mail goes out again",
            rpc_timeout=_PATIENCE,
        )

    @or_unavailable
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

    @or_unavailable
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

    @or_unavailable
    async def start_import(self, site: str, import_id: UUID) -> None:
        """Have the file of an import read, and the owner's answer waited for."""
        await self.client.start_workflow(
            RequestImport.run,
            ImportInput(site=site, import_id=import_id),
            id=import_workflow_id(import_id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(site),
            static_summary="Import of a waiting list",
            rpc_timeout=_PATIENCE,
        )

    @or_unavailable
    async def answer_import(self, import_id: UUID, confirmed: bool) -> None:
        """Tell an import what its owner decided; one that has ended stays as it is."""
        answer = RequestImport.confirm if confirmed else RequestImport.discard
        await self._signal_if_running(import_workflow_id(import_id), answer.__name__)

    @or_unavailable
    async def running_waves(
        self, site: str, item_key: str, audiences: Iterable[Audience]
    ) -> list[RunningWave]:
        """The waves at which the restocks of an item for some audiences are now."""
        ids = [restock_workflow_id(site, item_key, audience) for audience in audiences]
        asked = (ask_restock(self.client, id, Restock.running_wave, _PATIENCE) for id in ids)
        return [wave for wave in await asyncio.gather(*asked) if wave]

    @or_unavailable
    async def pause_restock(self, site: str, name: str) -> None:
        """Have a restock tell nobody else until it is resumed. Raises `RestockNotRunningError`.

        `name`: as `domain/ids.py` makes it; whatever it is, it names no other site's restock.
        """
        await signal_restock(self.client, site, name, Restock.pause, _PATIENCE)

    @or_unavailable
    async def resume_restock(self, site: str, name: str) -> None:
        """Have a restock go on after a pause. Raises `RestockNotRunningError`."""
        await signal_restock(self.client, site, name, Restock.resume, _PATIENCE)

    @or_unavailable
    async def stop_restock(self, site: str, name: str) -> None:
        """Have a restock tell nobody else, and end. Raises `RestockNotRunningError`."""
        await signal_restock(self.client, site, name, Restock.stop, _PATIENCE)

    @or_unavailable
    async def running_restocks(self, site: str, most: int) -> list[RunningRestock]:
        """The restocks of a site that run, the newest first, with how far each is."""
        return await running_restocks(self.client, site, most, _PATIENCE)

    @or_unavailable
    async def items_being_restocked(self, site: str, most: int) -> set[str]:
        """The keys of the items whose restocks run."""
        listed = await names_of_running(self.client, site, most, _PATIENCE)
        return {each.item_key for each in listed if each.item_key}

    @or_unavailable
    async def preview_mail(self, site: str, request_id: UUID) -> PreviewedMail:
        """The mail one request would get, as a worker writes it; nothing is sent."""
        try:
            return await self.client.execute_workflow(
                MailPreview.run,
                MailPreviewInput(site=site, request_id=request_id),
                id=f"preview/{uuid4()}",
                task_queue=TASK_QUEUE,
                execution_timeout=_PREVIEW_PATIENCE,
                search_attributes=_attributes(site),
                static_summary="Writes the mail of a dry run",
                rpc_timeout=_PREVIEW_PATIENCE,
            )
        except WorkflowFailureError as error:
            raise EngineUnavailableError("No worker wrote the mail in time.") from error

    @or_unavailable
    async def send_trial_mail(self, site: str, draft_id: UUID) -> TrialMailOutcome:
        """Have a draft sent where it says; returns what the mail server answered."""
        try:
            return await self.client.execute_workflow(
                TrialMail.run,
                TrialMailInput(site=site, draft_id=draft_id),
                id=f"trial-mail/{uuid4()}",
                task_queue=TASK_QUEUE,
                execution_timeout=_TRIAL_PATIENCE,
                search_attributes=_attributes(site),
                priority=_priority(_MARKED_BY_OWNER, site, ""),
                static_summary="Sends a mail as a test",
                rpc_timeout=_TRIAL_PATIENCE,
            )
        except WorkflowFailureError as error:
            raise EngineUnavailableError("No worker sent the mail in time.") from error

    @or_unavailable
    async def start_bulk(self, bulk: Bulk) -> None:
        """Begin a bulk action that is kept in Postgres, unless it was begun."""
        await self.client.start_workflow(
            BulkChange.run,
            bulk,
            id=bulk_workflow_id(bulk.bulk_id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(bulk.site),
            static_summary="Does what the owner wants done to many requests",
            rpc_timeout=_PATIENCE,
        )

    @or_unavailable
    async def start_message(self, message: Message) -> None:
        """Send a message that is kept in Postgres, unless it was begun."""
        await self.client.start_workflow(
            OwnerMessage.run,
            message,
            id=message_workflow_id(message.message_id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=_JOIN,
            search_attributes=_attributes(message.site),
            priority=_priority(_MARKED_BY_OWNER, message.site, ""),
            static_summary="Sends what the owner wrote to a shopper",
            rpc_timeout=_PATIENCE,
        )

    @or_unavailable
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

    async def _signal_if_running(self, workflow_id: str, name: str, *given: WithdrawSignal) -> None:
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            await handle.signal(name, args=given, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

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
            priority=_priority(_ALONE, restock.site, restock.item_key),
            static_summary=f"Restock of {what[:150] or 'an item'}",
            rpc_timeout=_PATIENCE,
        )

    async def _start_with(
        self,
        site: str,
        request: ClaimedRequest,
        name: str,
        signal: RestockSignal | MarkSignal,
        priority: int,
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
            priority=_priority(priority, site, request.item_key),
            static_summary="Taken up again",
            rpc_timeout=_PATIENCE,
        )


def _attributes(site: str, item_key: str = "") -> TypedSearchAttributes:
    pairs = [SearchAttributePair(RESTOCK_SITE, site)]
    pairs += [SearchAttributePair(RESTOCK_ITEM, item_key)] if item_key else []
    return TypedSearchAttributes(pairs)


def _priority(key: int, site: str, item_key: str) -> Priority:
    """Which goes first, and whose turn it is between items, where the server shares it out.

    What a workflow starts, above all the mail, inherits it. A fairness key has 64 bytes at most.
    """
    return Priority(priority_key=key, fairness_key=f"{site[:31]}/{item_key[:32]}")
