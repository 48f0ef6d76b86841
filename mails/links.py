"""The link of a shopper's mail to the item's page."""

from urllib.parse import urlsplit, urlunsplit

from domain.images import LONGEST_URL
from domain.visits import TOKEN


def item_link(url: str, token: str) -> str:
    """`url`, an http(s) address or nothing, with the token by which the shop's page knows a visit.

    A token of an earlier mail gives way. An address that would get too long stays as it is.
    """
    if not (url and token):
        return url
    parts = urlsplit(url)
    others = [each for each in parts.query.split("&") if each and not each.startswith(f"{TOKEN}=")]
    query = "&".join([*others, f"{TOKEN}={token}"])
    link = urlunsplit(parts._replace(query=query))
    return link if len(link.encode()) <= LONGEST_URL else url
