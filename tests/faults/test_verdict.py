"""The judge of the faults sees each promise that is broken, and no other."""

import dataclasses

import pytest

from faults.verdict import Evidence, Mail, Record, judge

SHOPPER = "shopper@example.com"
STEPS = ("requested", "claimed", "mail_accepted")
TOLD = Record("NOTIFICATION_SENT", "NOTIFICATION_SENT", STEPS, "250 2.0.0 taken")
REFUSED = Record("FAILED", "FAILED", ("requested", "claimed", "mail_refused"), "550 5.7.1 no")
UNKNOWN = Record(
    "FAILED", "FAILED", ("requested", "claimed", "outcome_unknown"), "an earlier attempt may have"
)
STUCK = Record("PROCESSING", "PROCESSING", ("requested", "claimed"), "")


def evidence(record: Record | None, *message_ids: str, holds: bool = False) -> Evidence:
    """One shopper, what is known of them, and the mails they got."""
    mails = [Mail(SHOPPER, message_id, at=0) for message_id in message_ids]
    records = {SHOPPER: record} if record else {}
    return Evidence([SHOPPER], mails, records, {SHOPPER: "550 5.7.1 no"}, holds)


def test_a_shopper_who_got_one_mail_is_told() -> None:
    verdict = judge(evidence(TOLD, "<1>"))
    assert verdict.broken == {}
    assert str(verdict) == "told 1, lost 0, stuck 0, doubled 0 (same id 0)"


def test_a_copy_with_the_same_id_is_counted_and_breaks_no_promise() -> None:
    verdict = judge(evidence(TOLD, "<1>", "<1>", "<1>"))
    assert verdict.broken == {}
    assert verdict.same_id == 2


def test_a_refusal_in_the_servers_words_breaks_no_promise() -> None:
    verdict = judge(evidence(REFUSED))
    assert verdict.broken == {}
    assert str(verdict) == "told 0, failed 1, lost 0, stuck 0, doubled 0 (same id 0)"


@pytest.mark.parametrize("mails", [(), ("<1>",)])
def test_an_unknown_outcome_that_is_held_breaks_no_promise(mails: tuple[str, ...]) -> None:
    assert judge(evidence(UNKNOWN, *mails, holds=True)).broken == {}


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        (evidence(None), {"lost", "incomplete"}),
        (evidence(STUCK), {"lost", "stuck", "incomplete"}),
        (evidence(STUCK, "<1>"), {"stuck", "untrue", "incomplete"}),
        (evidence(TOLD), {"lost", "untrue"}),
        (evidence(TOLD, "<1>", "<2>"), {"doubled"}),
        (evidence(TOLD, "<1>", "<1>", holds=True), {"doubled"}),
        (evidence(UNKNOWN), {"untrue"}),
        (evidence(REFUSED, "<1>"), {"untrue"}),
        (evidence(dataclasses.replace(REFUSED, reason="451 later")), {"untrue"}),
        (evidence(dataclasses.replace(TOLD, shown="PROCESSING"), "<1>"), {"untrue"}),
        (evidence(dataclasses.replace(TOLD, steps=STEPS[1:]), "<1>"), {"incomplete"}),
        (evidence(dataclasses.replace(TOLD, steps=STEPS[:2]), "<1>"), {"incomplete"}),
        (evidence(dataclasses.replace(TOLD, steps=(STEPS[0], STEPS[2])), "<1>"), {"incomplete"}),
    ],
)
def test_each_broken_promise_is_named(given: Evidence, broken: set[str]) -> None:
    verdict = judge(given)
    assert verdict.broken.keys() == broken
    assert all(shoppers == [SHOPPER] for shoppers in verdict.broken.values())
