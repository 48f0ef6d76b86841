"""How often the owner of a site may write to shoppers: enough for a shop, too little for spam."""

from fastapi import Request
from limits import parse_many

from api.rate_limiter import RateLimiter

_OF_A_SITE = parse_many("20 per minute; 500 per day")


async def wait_before_writing(request: Request, site: str) -> int | None:
    """Count one message of a site. Where it is one too many: the seconds until there is room."""
    limiter: RateLimiter = request.app.state.messages_written
    return await limiter.retry_after(_OF_A_SITE, f"messages {site}")
