"""Why a mail failed, and what to do about it."""

import re
from datetime import timedelta

from domain.answers.known import Answer, Fix, Known, Mood
from domain.plain_words import reply_in_words
from domain.status import Step


def failed(known: Known) -> Answer:
    reply = reply_in_words(known.mail.reply if known.mail else known.detail)
    if known.asked_again:
        return _asked_again()
    match _last_failure(known):
        case Step.OUTCOME_UNKNOWN:
            return _unknown()
        case Step.TEMPLATE_ERROR:
            return Answer(
                Mood.BAD,
                f"No mail was sent: the text of your mail has a mistake: {reply}",
                "Mend the mail, then try again.",
                (Fix.TEMPLATES, Fix.TRY_AGAIN),
            )
        case Step.GAVE_UP:
            return Answer(
                Mood.BAD,
                f"No mail was sent: the mail server did not take it for "
                f"{_in_words(known.give_up_after)}: {reply}",
                "See whether mail works again, then try again.",
                (Fix.HEALTH, Fix.TRY_AGAIN, Fix.MARK),
            )
        case _:
            return _refused(known, reply)


def _refused(known: Known, reply: str) -> Answer:
    what = "address" if _is_about_address(reply) else "mail"
    sentence = f"No mail was sent: the mail server refused the {what}: {reply}"
    fixes = (Fix.TRY_AGAIN, Fix.CORRECT_ADDRESS, Fix.MARK)
    if known.last_step is Step.ADDRESS_CORRECTED:
        return Answer(Mood.BAD, sentence, "The address was corrected since: try again.", fixes)
    if what == "mail":
        advice = "Try again later, write to the shopper yourself, or correct the address."
        return Answer(Mood.BAD, sentence, advice, fixes)
    return Answer(
        Mood.BAD,
        sentence,
        "Correct the address and try again.",
        (Fix.CORRECT_ADDRESS, Fix.TRY_AGAIN, Fix.MARK),
    )


def _unknown() -> Answer:
    return Answer(
        Mood.BAD,
        "Nobody knows whether the mail was sent: the connection to the mail server ended "
        "before it answered.",
        "Try again, and the shopper may get it twice; or mark the request as told.",
        (Fix.TRY_AGAIN, Fix.MARK),
    )


def _asked_again() -> Answer:
    return Answer(
        Mood.WAITS,
        "The mail of this request failed, and the shopper has asked for the item again since.",
        "The newer request is the one that counts; this one cannot be tried again.",
        (Fix.NEWER_REQUEST, Fix.MARK),
    )


def _last_failure(known: Known) -> Step:
    """How the mail failed; a corrected address since does not change that."""
    if known.last_step is not Step.ADDRESS_CORRECTED:
        return known.last_step
    return (
        Step.OUTCOME_UNKNOWN if known.mail and known.mail.state == "unknown" else Step.MAIL_REFUSED
    )


def _is_about_address(reply: str) -> bool:
    """By the server's code: 550 and its like, unless the enhanced code speaks of a policy."""
    enhanced = re.match(r"\d{3}[ -](5\.\d+\.\d+)", reply)
    if enhanced:
        return enhanced[1].startswith(("5.1.", "5.2."))
    return reply.startswith(("550", "551", "553")) or "SMTPUTF8" in reply


def _in_words(duration: timedelta) -> str:
    hours = duration.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
