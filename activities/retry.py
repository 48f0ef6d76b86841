"""How an activity says that Temporal should try again."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory


def try_again(kind: str, reason: str, later: timedelta = timedelta(0)) -> ApplicationError:
    """A failure that Temporal retries: after its policy's interval, or `later`.

    Expected, and so benign: a mail server that says "later" is no fault of the worker's.
    """
    return ApplicationError(
        reason,
        type=kind,
        next_retry_delay=later or None,
        category=ApplicationErrorCategory.BENIGN,
    )
