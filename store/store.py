"""Postgres, as the rest of Restock sees it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from store.bulk import Bulks
from store.confirmations import Confirmations
from store.consents import Consents
from store.console import Console
from store.contacts import Contacts
from store.conversions import Conversions
from store.corrections import Corrections
from store.database import Pool, open_pool
from store.deliveries import Deliveries
from store.demand import Demand
from store.failed import Failed
from store.feeds import Feeds
from store.holds import Holds
from store.idempotency import Idempotency
from store.imports import Imports
from store.inbox import Inbox
from store.listing import Listing
from store.mail_templates import MailTemplates
from store.messages import Messages
from store.overlooked import Overlooked
from store.own_requests import OwnRequests
from store.products import Products
from store.purchases import Purchases
from store.queue import Queue
from store.requested_items import RequestedItems
from store.requests import Requests
from store.restock_log import RestockLog
from store.restocks import Restocks
from store.shoppers import Shoppers
from store.sites import Sites
from store.stock import Stock
from store.threads import Threads
from store.users import Users


@dataclass(frozen=True)
class Store:
    """All records, by subject, over one connection pool."""

    pool: Pool

    @property
    def sites(self) -> Sites:
        return Sites(self.pool)

    @property
    def users(self) -> Users:
        return Users(self.pool)

    @property
    def console(self) -> Console:
        return Console(self.pool)

    @property
    def requests(self) -> Requests:
        return Requests(self.pool)

    @property
    def restocks(self) -> Restocks:
        return Restocks(self.pool)

    @property
    def demand(self) -> Demand:
        return Demand(self.pool)

    @property
    def holds(self) -> Holds:
        return Holds(self.pool)

    @property
    def queue(self) -> Queue:
        return Queue(self.pool)

    @property
    def failed(self) -> Failed:
        return Failed(self.pool)

    @property
    def overlooked(self) -> Overlooked:
        return Overlooked(self.pool)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.pool)

    @property
    def mail_templates(self) -> MailTemplates:
        return MailTemplates(self.pool)

    @property
    def listing(self) -> Listing:
        return Listing(self.pool)

    @property
    def requested_items(self) -> RequestedItems:
        return RequestedItems(self.pool)

    @property
    def bulks(self) -> Bulks:
        return Bulks(self.pool)

    @property
    def messages(self) -> Messages:
        return Messages(self.pool)

    @property
    def corrections(self) -> Corrections:
        return Corrections(self.pool)

    @property
    def threads(self) -> Threads:
        return Threads(self.pool)

    @property
    def idempotency(self) -> Idempotency:
        return Idempotency(self.pool)

    @property
    def imports(self) -> Imports:
        return Imports(self.pool)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.pool)

    @property
    def stock(self) -> Stock:
        return Stock(self.pool)

    @property
    def feeds(self) -> Feeds:
        return Feeds(self.pool)

    @property
    def products(self) -> Products:
        return Products(self.pool)

    @property
    def contacts(self) -> Contacts:
        return Contacts(self.pool)

    @property
    def confirmations(self) -> Confirmations:
        return Confirmations(self.pool)

    @property
    def consents(self) -> Consents:
        return Consents(self.pool)

    @property
    def conversions(self) -> Conversions:
        return Conversions(self.pool)

    @property
    def own_requests(self) -> OwnRequests:
        return OwnRequests(self.pool)

    @property
    def shoppers(self) -> Shoppers:
        return Shoppers(self.pool)

    @property
    def purchases(self) -> Purchases:
        return Purchases(self.pool)

    @property
    def restock_log(self) -> RestockLog:
        return RestockLog(self.pool)

    async def ping(self) -> None:
        """Return when Postgres answers; raise what asyncpg raises when it does not."""
        await self.pool.fetchval("SELECT 1")


@asynccontextmanager
async def open_store(dsn: str, connections: int = 10) -> AsyncIterator[Store]:
    """A store on the database at `dsn`, closed at the end."""
    pool = await open_pool(dsn, connections)
    try:
        yield Store(pool)
    finally:
        await pool.close()
