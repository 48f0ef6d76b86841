"""What became of a mail that was sent, or is being sent."""

from domain.answers.known import Answer, Clock, Fix, Known, Mood
from domain.plain_words import reply_in_words


def told(known: Known, clock: Clock) -> Answer:
    mail = known.mail
    if not known.auto_notified or mail is None:
        return Answer(
            Mood.GOOD,
            "You marked this request as told, so Restock sends no mail.",
            "Nothing is left to do.",
        )
    at = f" on {clock(mail.settled_at)}" if mail.settled_at else ""
    advice = "If the shopper misses it, it may be in their spam folder."
    if mail.unknown_attempts:
        advice = "It may have arrived twice: an earlier attempt was not confirmed."
    return Answer(
        Mood.GOOD, f"The mail was sent{at}; the mail server took it: {mail.reply}", advice
    )


def under_way(known: Known, clock: Clock) -> Answer:
    mail = known.mail
    if mail is None or mail.settled_at:
        return Answer(
            Mood.WAITS,
            "It is this shopper's turn: the mail is about to be sent.",
            "Look again in a moment.",
        )
    until = clock(mail.claimed_at + known.give_up_after)
    if mail.state == "deferred":
        return Answer(
            Mood.WAITS,
            f"No mail was sent yet: the mail server did not take it: {reply_in_words(mail.reply)}",
            f"Restock tries again by itself until {until}. You need to do nothing, unless mail "
            "does not go out at all.",
            (Fix.HEALTH,),
        )
    if mail.unknown_attempts:
        return Answer(
            Mood.WAITS,
            "The mail server did not say whether it took the mail, so it is being sent again.",
            "The shopper may get it twice.",
        )
    return Answer(Mood.WAITS, "The mail is on its way right now.", "Look again in a moment.")
