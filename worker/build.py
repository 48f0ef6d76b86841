"""What a worker runs: the workflows, the activities, and the parts they need."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner

from activities.announce_arrivals import AnnounceArrivals
from activities.announce_page import AnnouncePage
from activities.apply_bulk import ApplyBulk
from activities.ask_confirmation import AskConfirmation
from activities.count_outcomes import CountOutcomes
from activities.hold_restock import HoldRestock
from activities.import_requests import ImportRequests
from activities.poll_feeds import PollFeeds
from activities.read_feed import ReadFeed
from activities.reconcile import Reconcile
from activities.record_outcome import RecordOutcome
from activities.send_email import SendEmail
from activities.send_message import SendMessage
from activities.send_trial_mail import SendTrialMail
from activities.shopper_letters import ShopperLetters
from activities.signal_requests import SignalRequests
from activities.smtp import SmtpPool
from activities.tell_owner import TellOwner
from activities.write_preview import WritePreview
from domain.contracts import EMAIL_TASK_QUEUE, TASK_QUEUE
from domain.feeds import FEEDS_TASK_QUEUE
from domain.settings import Settings
from mails.letters import Templates
from store.store import Store
from worker.mail_rate import MailRate
from workflows.arrivals import Arrivals
from workflows.bulk import BulkChange
from workflows.engine import Engine
from workflows.housekeeping import OutageNotice, Readiness, Reconciler
from workflows.notification_request import NotificationRequest
from workflows.owner_message import OwnerMessage
from workflows.preview import MailPreview
from workflows.product_feed import FeedPoll, ProductFeed
from workflows.request_import import RequestImport
from workflows.restock import Restock
from workflows.trial_mail import TrialMail

WORKFLOWS = [
    NotificationRequest,
    Restock,
    Arrivals,
    ProductFeed,
    FeedPoll,
    RequestImport,
    MailPreview,
    BulkChange,
    OwnerMessage,
    Reconciler,
    OutageNotice,
    Readiness,
    TrialMail,
]
_TASKS_WITHOUT_MAIL = 10
# A feed holds a connection to Postgres for as long as the download takes, an import its file.
_MOST_READINGS = 2


def build_workers(
    client: Client,
    store: Store,
    smtp: SmtpPool,
    settings: Settings,
    workflow_runner: WorkflowRunner,
) -> list[Worker]:
    """The workers of one process: for everything, for mail at a limited rate, and for files.

    `workflow_runner`: with temporalio's sandbox, as in the tests, or without it, as in production
    (docs/decisions/0006-engine-speed.md).
    """
    templates = Templates(settings.template_dir)
    letters = ShopperLetters(store, templates, settings.utm)
    engine = Engine(client)
    send = SendEmail(
        store,
        smtp,
        letters,
        settings.mail_from,
        settings.public_url,
        settings.email_give_up_after,
        MailRate(client).is_set,
    )
    trial = SendTrialMail(store, smtp, templates, settings.mail_from, settings.public_url)
    message = SendMessage(
        store,
        smtp,
        engine.mark,
        settings.mail_from,
        settings.owner_email,
        settings.public_url,
        settings.email_give_up_after,
    )
    record = RecordOutcome(store)
    ask = AskConfirmation(store, smtp, templates, settings.mail_from, settings.public_url)
    tell = TellOwner(store, smtp, templates, settings.mail_from, settings.owner_email)
    signal = SignalRequests(
        store, engine.announce, settings.email_rate is not None, engine.call_forward
    )
    hold = HoldRestock(store)
    imports = ImportRequests(store, engine.start_request)
    main = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        workflow_runner=workflow_runner,
        activities=[
            send.send_email,
            record.record_outcome,
            record.record_mark,
            ask.ask_confirmation,
            tell.tell_owner_of_request,
            tell.tell_owner_of_restock,
            tell.tell_owner_of_feed,
            tell.tell_owner_of_outage,
            AnnouncePage(store, signal).announce_page,
            CountOutcomes(store).count_outcomes,
            hold.hold_restock,
            hold.release_restock,
            hold.stop_restock,
            WritePreview(store, letters).write_preview,
            trial.send_trial_mail,
            ApplyBulk(store, engine.mark, engine.report_requests, engine.withdraw).apply_bulk,
            message.mark_as_answered,
            AnnounceArrivals(store, engine.start_restock).announce_arrivals,
            imports.add_imported,
            imports.discard_import,
            PollFeeds(store, engine.refresh_feed).poll_feeds,
            Reconcile(
                store,
                signal,
                engine.start_request,
                engine.withdraw,
                engine.arrivals_waiting,
                engine.mail_recovered,
                engine.start_bulk,
                engine.start_message,
            ).reconcile,
        ],
        # What waits does so in the task queue, which knows what goes first; see `Engine`.
        max_concurrent_workflow_tasks=settings.smtp_connections + _TASKS_WITHOUT_MAIL,
        graceful_shutdown_timeout=settings.shutdown_grace,
    )
    email = Worker(
        client,
        task_queue=EMAIL_TASK_QUEUE,
        activities=[send.send_email, message.send_message],
        # The others wait in the queue, where the first to come is the one whose turn it is.
        max_concurrent_activities=settings.smtp_connections,
        graceful_shutdown_timeout=settings.shutdown_grace,
    )
    feeds = Worker(
        client,
        task_queue=FEEDS_TASK_QUEUE,
        activities=[
            ReadFeed(store, settings.allow_private_urls).read_feed,
            imports.check_import,
        ],
        max_concurrent_activities=min(_MOST_READINGS, settings.database_connections - 1),
        graceful_shutdown_timeout=settings.shutdown_grace,
    )
    return [main, email, feeds]


@asynccontextmanager
async def all_running(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """The workers at work; at the end all stop at once, each letting mail in flight finish.

    A worker that cannot go on ends the block with its error.
    """
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run())
        yield
        for worker in workers:
            group.create_task(worker.shutdown())
