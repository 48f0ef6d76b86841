"""`/console/requests`: all requests, one of them, and something done to many."""

from api.console.requests import bulk, listing, mails, one

routers = (listing.router, bulk.router, one.router, mails.router)
