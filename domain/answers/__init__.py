"""Why a shopper got a mail or none, in one sentence, and what the owner can do about it."""

from domain.answers.failed import failed
from domain.answers.known import Answer, Clock, Fix, Known, LastMail, Mood
from domain.answers.sent import told, under_way
from domain.answers.waiting import waiting
from domain.status import Status

__all__ = ["Answer", "Clock", "Fix", "Known", "LastMail", "Mood", "answer"]


def answer(known: Known, clock: Clock) -> Answer:
    """The answer for one request."""
    match known.status:
        case Status.NOTIFICATION_SENT:
            return told(known, clock)
        case Status.FAILED:
            return failed(known)
        case Status.PROCESSING:
            return under_way(known, clock)
        case Status.RECEIVED:
            return waiting(known, clock)
