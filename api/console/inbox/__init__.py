"""`/console/inbox`: one thread per shopper, and what the owner writes to them."""

from api.console.inbox.threads import router

__all__ = ["router"]
