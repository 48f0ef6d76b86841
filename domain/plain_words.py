"""What a request's timeline, its ledger and its outlook say, in the words of a shop's owner."""

import re

from domain.contracts import NoticeKind
from domain.holding import STOPPED
from domain.outlook import NOT_BACK
from domain.status import Status, Step

STATUSES: dict[str, str] = {
    Status.RECEIVED: "Waits",
    Status.PROCESSING: "Being told",
    Status.NOTIFICATION_SENT: "Told",
    Status.FAILED: "Failed",
}
"""What an owner calls the status of a request."""

_STEPS = {
    Step.REQUESTED: "The shopper asked to be told when the item is back.",
    Step.IMPORTED: "The request was taken over from another list: {detail}",
    Step.RESUMED: "The shopper had ended the request by the link in a mail, and asked again.",
    Step.CONFIRMATION_ASKED: "The shopper is asked by mail to confirm the address.",
    Step.CONFIRMATION_REFUSED: "The mail server refused that mail for good: {detail}",
    Step.CONFIRMED: "The shopper confirmed the address, and waits from now on.",
    Step.OWNER_TOLD: "You got an e-mail{about}.",
    Step.OWNER_NOT_TOLD: "The mail server refused the e-mail to you: {detail}",
    Step.CLAIMED: "The item came back, and it was this shopper's turn.",
    Step.MAIL_ACCEPTED: "The mail was sent; the mail server took it: {detail}",
    Step.MAIL_DEFERRED: "The mail did not go out yet and is tried again: {detail}",
    Step.MAIL_REFUSED: "The mail server refused the mail for good: {detail}",
    Step.GAVE_UP: "The mail did not go out, and Restock stopped trying: {detail}",
    Step.OUTCOME_UNKNOWN: "Nobody knows whether the mail left: {detail}",
    Step.TEMPLATE_ERROR: "The mail could not be written: {detail}",
    Step.OWN_MAIL_FAILED: "Your own mail has a mistake, so the one of Restock was sent: {detail}",
    Step.HELD_BACK: "Not told yet: {reason}.",
    Step.MARKED: "You marked the request as told.",
    Step.ADDRESS_CORRECTED: "You corrected the address.",
}
_OWNER_NOTICES = {
    NoticeKind.REQUEST_RECEIVED: " about the new request",
    NoticeKind.NOTIFICATION_SENT: ": the shopper was told",
    NoticeKind.NOTIFICATION_FAILED: ": the shopper could not be told",
}
_GOOD = frozenset({Step.MAIL_ACCEPTED, Step.MARKED})
_BAD = frozenset({Step.MAIL_REFUSED, Step.GAVE_UP, Step.OUTCOME_UNKNOWN, Step.TEMPLATE_ERROR})
# How domain/announcing.py, domain/outlook.py and activities/send_email.py word their reasons.
_REASONS = (
    (r"automation is switched off", "automatic mails are switched off"),
    (
        r"(?:gone again: )?quantity (\d+) is below the minimum of (\d+)",
        r"there are \1 in stock, and your rules want at least \2 before anybody is told",
    ),
    (
        r"the cap of (\d+) shoppers per restock is reached",
        r"your rules tell at most \1 shoppers of one restock, and that many were told",
    ),
    (re.escape(NOT_BACK), "the item has not come back yet"),
    (re.escape(STOPPED), "you stopped the restock"),
)


def step_in_words(kind: str, detail: str) -> str:
    """What a line of a timeline tells, as a sentence."""
    notice = detail.removesuffix(" by e-mail")
    about = _OWNER_NOTICES[NoticeKind(notice)] if notice in _OWNER_NOTICES else ""
    said = _STEPS[Step(kind)]
    return said.format(detail=reply_in_words(detail), about=about, reason=reason_in_words(detail))


def reply_in_words(reply: str) -> str:
    """A mail server's reply as it stands, but for the brackets of an address that is masked."""
    return reply.replace("<<address>>", "<address>")


def step_mood(kind: str) -> str:
    """`good` where the shopper was told, `bad` where a mail failed, else empty."""
    return "good" if kind in _GOOD else "bad" if kind in _BAD else ""


def reason_in_words(reason: str) -> str:
    """Why a shopper was not told; conditions of the owner's own are said as they are."""
    bare = reason.removeprefix("not announced: ")
    for pattern, words in _REASONS:
        if found := re.fullmatch(pattern, bare):
            return found.expand(words)
    return bare
