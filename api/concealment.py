"""Answers that do not tell a storefront whether a shopper waits already."""

from datetime import UTC, datetime

from fastapi import BackgroundTasks

from api import storefront
from api.request_workflows import start_workflow
from api.services import Services
from store.records import ApiKey, RequestRecord


async def conceals_waiting(services: Services, caller: ApiKey) -> bool:
    """Whether the site wants it concealed from this caller."""
    if caller.scope != storefront.SCOPE:
        return False
    return (await services.store.sites.policy(caller.site)).conceal_waiting


async def start_now_or_concealed(
    services: Services, record: RequestRecord, after_reply: BackgroundTasks | None
) -> None:
    """Start the workflow of a new request, `after_reply` where that would show that it is new."""
    if after_reply is None:
        await start_workflow(services, record)
    else:
        after_reply.add_task(start_workflow, services, record)


def now_in_milliseconds() -> datetime:
    """When a request would be made: in milliseconds, as the store keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
