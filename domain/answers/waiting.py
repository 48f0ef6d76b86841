"""Why a shopper waits, and what would make it end."""

from domain.answers.known import Answer, Clock, Fix, Known, Mood
from domain.holding import STOPPED
from domain.outlook import NOT_BACK, Outlook
from domain.plain_words import reason_in_words
from domain.status import Step

_TO_CONFIRM = (Step.CONFIRMATION_ASKED, Step.CONFIRMATION_REFUSED)


def waiting(known: Known, clock: Clock) -> Answer:
    if known.last_step in _TO_CONFIRM:
        return _to_confirm(known)
    outlook = known.outlook
    if outlook is None:
        return Answer(Mood.WAITS, "The shopper waits.", "Look again in a moment.")
    if missing := _missing_details(known):
        return Answer(
            Mood.BAD,
            f"No mail was sent: the item's {missing} is not known.",
            "Say what the mail should say, and it is sent.",
            (Fix.NAME_AND_PRICE, Fix.FEEDS, Fix.MARK),
        )
    if _was_stopped(known, outlook):
        return Answer(
            Mood.WAITS,
            "No mail was sent: you stopped this item's restock before it was this shopper's turn.",
            "More units, or a new announcement, begin it again.",
            (Fix.ANNOUNCE, Fix.RESTOCKS, Fix.MARK),
        )
    if outlook.reason:
        return _for_a_reason(outlook)
    if outlook.paused:
        return Answer(
            Mood.WAITS,
            "No mail was sent yet: you paused this item's restock.",
            "Let it go on, or announce it to this shopper alone.",
            (Fix.RESTOCKS, Fix.ANNOUNCE, Fix.MARK),
        )
    return _in_the_queue(known, outlook, clock)


def _to_confirm(known: Known) -> Answer:
    if known.last_step is Step.CONFIRMATION_REFUSED:
        said = "The shopper waits for nothing yet: the mail that asks to confirm was refused."
        return Answer(Mood.BAD, f"{said} {known.detail}", "The address may be misspelt.")
    return Answer(
        Mood.WAITS,
        "The shopper waits for nothing yet: the address is still to be confirmed.",
        "Nothing to be done: the shopper was asked by mail, and can have it sent again.",
    )


def _was_stopped(known: Known, outlook: Outlook) -> bool:
    """Whether that is the reason, and nothing else since."""
    stopped = known.last_step is Step.HELD_BACK and known.detail.endswith(STOPPED)
    return stopped and outlook.reason in ("", NOT_BACK)


def _missing_details(known: Known) -> str:
    if known.last_step is not Step.HELD_BACK or not known.detail.startswith("the item's "):
        return ""
    return " and ".join(name for name in ("name", "price") if not getattr(known.item, name))


def _for_a_reason(outlook: Outlook) -> Answer:
    reason = reason_in_words(outlook.reason)
    said = f"No mail was sent: {reason}."
    if outlook.reason == "automation is switched off":
        advice = "Switch them on, or tell the shopper yourself and mark the request as told."
        return Answer(Mood.BAD, said, advice, (Fix.RULES, Fix.MARK))
    if outlook.reason == NOT_BACK:
        advice = "As soon as it does, the shopper is told. If it is back, announce it now."
        return Answer(Mood.WAITS, said, advice, (Fix.ANNOUNCE, Fix.MARK))
    if outlook.reason.startswith(("no product feed", "the product feed")):
        advice = "Add what is missing to your product feed, or announce it now."
        return Answer(Mood.BAD, said, advice, (Fix.FEEDS, Fix.ANNOUNCE, Fix.MARK))
    advice = "Change your rules, or announce it to this shopper now: then no rule is asked."
    return Answer(Mood.WAITS, said, advice, (Fix.ANNOUNCE, Fix.RULES, Fix.MARK))


def _in_the_queue(known: Known, outlook: Outlook, clock: Clock) -> Answer:
    place = f"{outlook.place:,} of {outlook.of:,}"
    fixes = (Fix.ANNOUNCE, Fix.MARK)
    if known.quiet_until:
        return Answer(
            Mood.WAITS,
            f"No mail was sent yet: these are your quiet hours, until {clock(known.quiet_until)}.",
            f"The shopper is number {place} in the queue. Announce it now, and nobody asks the "
            "clock.",
            (Fix.ANNOUNCE, Fix.RULES, Fix.MARK),
        )
    if outlook.expected_at:
        return Answer(
            Mood.WAITS,
            f"No mail was sent yet: shoppers are told one group after another, and this one is "
            f"number {place}.",
            f"Their turn is expected about {clock(outlook.expected_at)}.",
            fixes,
        )
    return Answer(
        Mood.WAITS,
        f"No mail was sent yet: the item is in stock, and nobody has announced it since the "
        f"shopper asked. This one is number {place}.",
        "Restock does so within a few minutes where the stock level is of today. You can do it "
        "now.",
        fixes,
    )
