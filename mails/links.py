"""The link of a shopper's mail to the item's page."""

from urllib.parse import urlsplit, urlunsplit

from domain.images import LONGEST_URL
from domain.visits import TOKEN

_CAMPAIGN = "utm_"


def item_link(url: str, token: str, campaign: str = "") -> str:
    """`url`, an http(s) address or nothing, with what tells the shop where a visit comes from.

    `token`: by which the shop's page knows the mail; one of an earlier mail gives way. `campaign`:
    `utm_…` parameters for the shop's statistics. Where the shop has put some into the address, it
    keeps its own, because a mixture would be nobody's. What would make an address too long is
    left out.
    """
    if not url:
        return url
    counted = _with(url, f"{TOKEN}=", f"{TOKEN}={token}") if token else url
    has_campaign = any(each.startswith(_CAMPAIGN) for each in _parameters(counted))
    return counted if has_campaign or not campaign else _with(counted, _CAMPAIGN, campaign)


def _with(url: str, prefix: str, parameters: str) -> str:
    """An address with parameters in place of those that begin with `prefix`; all else as it is."""
    others = [each for each in _parameters(url) if not each.startswith(prefix)]
    query = "&".join([*others, parameters])
    link = urlunsplit(urlsplit(url)._replace(query=query))
    return link if len(link.encode()) <= LONGEST_URL else url


def _parameters(url: str) -> list[str]:
    return [each for each in urlsplit(url).query.split("&") if each]
