"""Judges how a fault ended: from the mails that were kept, from the API and from Postgres."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_LAST_STEPS = {
    "NOTIFICATION_SENT": {"mail_accepted"},
    "FAILED": {"mail_refused", "outcome_unknown"},
    "RECEIVED": {"held_back"},
}


@dataclass(frozen=True)
class Mail:
    """A mail that the mail server kept, at a time by the clock of `time.time`."""

    recipient: str
    message_id: str
    at: float


@dataclass(frozen=True)
class Record:
    """What Restock says of one shopper.

    `status` is the row's, `shown` the API's; `steps` are the kinds of the timeline's lines, the
    oldest first, and `reason` is the detail of the last one.
    """

    status: str
    shown: str
    steps: tuple[str, ...]
    reason: str

    @property
    def ending(self) -> str:
        """The last step of the timeline."""
        return self.steps[-1] if self.steps else ""


@dataclass(frozen=True)
class Evidence:
    """All that is known when a fault is over.

    `refusals`: what the mail server refused for good, by recipient. `holds`: whether the policy is
    to hold a mail of unknown outcome.
    """

    shoppers: Sequence[str]
    mails: Sequence[Mail]
    records: Mapping[str, Record]
    refusals: Mapping[str, str] = field(default_factory=dict)
    holds: bool = False

    def ids(self, shopper: str) -> list[str]:
        """The Message-IDs of a shopper's mails, each as often as it came."""
        return [mail.message_id for mail in self.mails if mail.recipient == shopper]


@dataclass(frozen=True)
class Verdict:
    """The shoppers of whom each of these is true, and how many copies came with the same id."""

    told: list[str]
    failed: list[str]
    lost: list[str]
    stuck: list[str]
    doubled: list[str]
    untrue: list[str]
    incomplete: list[str]
    same_id: int

    @property
    def broken(self) -> dict[str, list[str]]:
        """The promises that were broken, and to whom."""
        names = ("lost", "stuck", "doubled", "untrue", "incomplete")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def __str__(self) -> str:
        parts = [f"told {len(self.told)}"]
        parts += [f"failed {len(self.failed)}"] if self.failed else []
        parts += [f"lost {len(self.lost)}", f"stuck {len(self.stuck)}"]
        parts += [f"doubled {len(self.doubled)} (same id {self.same_id})"]
        parts += [f"status untrue {len(self.untrue)}"] if self.untrue else []
        parts += [f"timeline incomplete {len(self.incomplete)}"] if self.incomplete else []
        return ", ".join(parts)


def judge(evidence: Evidence) -> Verdict:
    """Who was told, and to whom a promise was broken.

    Lost: no mail, and neither FAILED nor waiting with a reason. Stuck: still PROCESSING, or
    waiting without a reason. Doubled: mails of several Message-IDs, or under `holds` any second
    mail. Untrue: the status or its reason is not what happened. Incomplete: the timeline does not
    begin with the request, lacks the claim, or does not end as the status does.
    """

    def those(rule: Callable[[Evidence, str, Record], bool]) -> list[str]:
        return [s for s in evidence.shoppers if rule(evidence, s, evidence.records.get(s, _NONE))]

    doubled = those(_is_doubled)
    copies = [evidence.ids(s) for s in evidence.shoppers if s not in doubled]
    return Verdict(
        told=those(lambda _, __, record: record.status == "NOTIFICATION_SENT"),
        failed=those(lambda _, __, record: record.status == "FAILED"),
        lost=those(_is_lost),
        stuck=those(_is_stuck),
        doubled=doubled,
        untrue=those(_is_untrue),
        incomplete=those(_is_incomplete),
        same_id=sum(len(ids) - 1 for ids in copies if ids),
    )


_NONE = Record(status="", shown="", steps=(), reason="")


def _is_lost(evidence: Evidence, shopper: str, record: Record) -> bool:
    return not evidence.ids(shopper) and record.status != "FAILED" and not _waits(record)


def _is_stuck(_: Evidence, __: str, record: Record) -> bool:
    return record.status in ("RECEIVED", "PROCESSING") and not _waits(record)


def _waits(record: Record) -> bool:
    return record.status == "RECEIVED" and record.ending == "held_back" and bool(record.reason)


def _is_doubled(evidence: Evidence, shopper: str, _: Record) -> bool:
    ids = evidence.ids(shopper)
    return len(ids if evidence.holds else set(ids)) > 1


def _is_untrue(evidence: Evidence, shopper: str, record: Record) -> bool:
    if record.shown != record.status:
        return True
    has_mail = bool(evidence.ids(shopper))
    if record.status != "FAILED":
        return has_mail != (record.status == "NOTIFICATION_SENT")
    if record.ending == "outcome_unknown":
        return not (evidence.holds and record.reason)
    refusal = evidence.refusals.get(shopper, "")
    return has_mail or not refusal or refusal not in record.reason


def _is_incomplete(_: Evidence, __: str, record: Record) -> bool:
    begins = record.steps[:1] == ("requested",) and "claimed" in record.steps
    return not begins or record.ending not in _LAST_STEPS.get(record.status, ())
