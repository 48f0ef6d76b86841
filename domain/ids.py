"""Every string that must come out the same twice, so that a repeat is recognised as one."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from domain.matching import Audience

_REQUEST = "request/"
_BY_IDS = "ids"


def request_workflow_id(request_id: UUID) -> str:
    """The id of the workflow that carries a request: `request/<uuid>`."""
    return f"{_REQUEST}{request_id}"


def request_id_of(workflow_id: str) -> UUID:
    """The inverse of `request_workflow_id`. Raises `ValueError` for another workflow's id."""
    if not workflow_id.startswith(_REQUEST):
        raise ValueError(f"{workflow_id!r} is not the workflow id of a request")
    return UUID(workflow_id.removeprefix(_REQUEST))


def restock_workflow_id(site: str, item_key: str, audience: Audience | None = None) -> str:
    """The id of the workflow that announces one item: `restock/<site>/<item key>`.

    To an audience of the item only: with `/<digest of the audience>` behind.
    """
    return named_restock_workflow_id(site, restock_name(item_key, audience))


def named_restock_workflow_id(site: str, name: str) -> str:
    """The id of the workflow of a restock by its name within its site; of no other site's."""
    return f"{_restocks_of(site)}{name}"


def restock_name(item_key: str, audience: Audience | None = None) -> str:
    """What tells the restocks of a site apart: the item, and the audience where it has one."""
    if audience in (None, Audience()):
        return item_key
    assert audience
    digest = hashlib.sha256(audience.model_dump_json().encode()).hexdigest()[:16]
    return f"{item_key}/{digest}"


def restock_name_of(site: str, workflow_id: str) -> str:
    """The inverse of `named_restock_workflow_id`."""
    return workflow_id.removeprefix(_restocks_of(site))


def item_key_of_restock(name: str) -> str:
    """The key of the item a restock announces, by its name; none of requests named by ids."""
    item_key = name.partition("/")[0]
    return "" if item_key == _BY_IDS else item_key


def arrivals_workflow_id(site: str) -> str:
    """The id of the workflow that starts the restocks of what came in: `arrivals/<site>`."""
    return f"arrivals/{site}"


def feed_workflow_id(site: str, locale: str) -> str:
    """The id of the workflow that reads one product feed: `feed/<site>/<locale's key>`."""
    return f"feed/{site}/{locale}"


def import_workflow_id(import_id: UUID) -> str:
    """The id of the workflow that imports a waiting list: `import/<uuid>`."""
    return f"import/{import_id}"


def outage_notice_workflow_id(site: str) -> str:
    """The id of the workflow that tells an owner that mail goes out again."""
    return f"outage-notice/{site}"


def report_workflow_id(site: str, request_ids: Iterable[UUID]) -> str:
    """The id of the workflow that announces requests reported by their ids.

    The same ids in any order give the same workflow, so a repeated report joins the first.
    """
    listed = ",".join(sorted(str(request_id) for request_id in request_ids))
    digest = hashlib.sha256(listed.encode()).hexdigest()[:32]
    return named_restock_workflow_id(site, f"{_BY_IDS}/{digest}")


def restock_signal_id(restock_id: UUID, request_id: UUID) -> str:
    """The request id of the signal that tells one request of one restock.

    The server drops a signal whose request id it has seen.
    """
    return f"{restock_id}:{request_id}"


def message_id(request_id: UUID, restock_id: UUID, domain: str) -> str:
    """The `Message-ID` of the mail to one shopper about one restock, with angle brackets."""
    return f"<{request_id}.{restock_id}@{domain}>"


def confirmation_message_id(request_id: UUID, number: int, domain: str) -> str:
    """The `Message-ID` of the mail that asks for the n-th time to confirm, with angle brackets."""
    return f"<{request_id}.confirm.{number}@{domain}>"


def owner_message_id(subject_id: UUID | str, kind: str, domain: str) -> str:
    """The `Message-ID` of one notice to the owner, with angle brackets."""
    digest = hashlib.sha256(f"{kind}:{subject_id}".encode()).hexdigest()[:32]
    return f"<owner.{kind}.{digest}@{domain}>"


def message_workflow_id(message_id: UUID) -> str:
    """The id of the workflow that sends what an owner wrote to a shopper: `message/<uuid>`."""
    return f"message/{message_id}"


def letter_message_id(message_id: UUID, domain: str) -> str:
    """The `Message-ID` of what an owner wrote to a shopper, with angle brackets."""
    return f"<message.{message_id}@{domain}>"


def bulk_workflow_id(bulk_id: UUID) -> str:
    """The id of the workflow that does something to many requests: `bulk/<uuid>`."""
    return f"bulk/{bulk_id}"


def address_key(email: str) -> str:
    """What makes two addresses the same shopper's: the letters, whatever their case."""
    return email.strip().lower()


def _restocks_of(site: str) -> str:
    # A site's name has no slash, so that none is the beginning of another's.
    return f"restock/{site}/"
