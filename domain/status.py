"""The status of a request and the steps of its timeline, in the words the API shows."""

from enum import StrEnum


class Status(StrEnum):
    """The status of a request, as Wix names it.

    RECEIVED waits; PROCESSING is being told; NOTIFICATION_SENT and FAILED are final until the
    owner or a report takes a FAILED one up again.
    """

    RECEIVED = "RECEIVED"
    PROCESSING = "PROCESSING"
    NOTIFICATION_SENT = "NOTIFICATION_SENT"
    FAILED = "FAILED"


OPEN = (Status.RECEIVED, Status.PROCESSING)
"""A shopper has at most one request with such a status for an item."""


class Step(StrEnum):
    """What a line of a request's timeline tells."""

    REQUESTED = "requested"
    IMPORTED = "imported"
    RESUMED = "resumed"
    CONFIRMATION_ASKED = "confirmation_asked"
    CONFIRMATION_REFUSED = "confirmation_refused"
    CONFIRMED = "confirmed"
    OWNER_TOLD = "owner_told"
    OWNER_NOT_TOLD = "owner_not_told"
    CLAIMED = "claimed"
    MAIL_ACCEPTED = "mail_accepted"
    MAIL_DEFERRED = "mail_deferred"
    MAIL_REFUSED = "mail_refused"
    GAVE_UP = "gave_up"
    OUTCOME_UNKNOWN = "outcome_unknown"
    TEMPLATE_ERROR = "template_error"
    OWN_MAIL_FAILED = "own_mail_failed"
    HELD_BACK = "held_back"
    MARKED = "marked"
    ADDRESS_CORRECTED = "address_corrected"
