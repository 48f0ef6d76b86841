"""What the reconciler finds, and where it goes on at its next run."""

from domain.contracts import Contract, QueuePosition


class AwaitedItem(Contract):
    """An item of a site that somebody waits for."""

    site: str
    item_key: str


class LookedAt(Contract):
    """How far the looks came that take several runs; none where they begin anew."""

    being_told: QueuePosition | None = None
    items: AwaitedItem | None = None


class Found(Contract):
    """How much a run found to do.

    `started`: workflows of requests, messages and bulk actions that were missing.
    `withdrawn`: workflows that were told that their request is gone. `expired`: requests that
    waited for longer than the policy says.
    `taken_up`: requests that were being told and whose workflow had ended. `restocks`: items in
    stock that nobody had announced to somebody who waits. `outages`: owners who are to hear that
    mail goes out again.
    """

    started: int = 0
    withdrawn: int = 0
    expired: int = 0
    taken_up: int = 0
    restocks: int = 0
    outages: int = 0


class Reconciled(Found):
    """What a run of the reconciler found, and where the next goes on."""

    looked_at: LookedAt = LookedAt()
