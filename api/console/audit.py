"""The log of what the owner changed."""

from api.console.session import Visitor
from api.services import Services


async def audit(services: Services, visitor: Visitor, what: str) -> None:
    """Note what a visitor changed: a sentence in plain words, without addresses of shoppers."""
    await services.store.console.add_audit_line(visitor.site, visitor.who, what)
