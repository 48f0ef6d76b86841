"""Why a shopper got a mail or none: each reason has its sentence, and its way out."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.answers import Answer, Fix, Known, LastMail, Mood, answer
from domain.catalog import Item
from domain.outlook import Outlook
from domain.plain_words import reason_in_words, step_in_words
from domain.status import Status, Step

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAITS = Outlook(
    place=3,
    of=1200,
    wanted_ahead=2,
    reason="",
    stock=5,
    expected_wave=1,
    expected_at=None,
)
KNOWN = Known(
    status=Status.RECEIVED,
    auto_notified=None,
    last_step=Step.REQUESTED,
    detail="",
    mail=None,
    item=Item(name="Blue Orchid", price="75.00"),
    outlook=WAITS,
    quiet_until=None,
    give_up_after=timedelta(hours=48),
)


def clock(moment: datetime) -> str:
    return f"{moment:%d %H:%M}"


def mail(state: str, reply: str = "", unknown: int = 0) -> LastMail:
    settled = None if state in ("claimed", "deferred") else NOON
    return LastMail(state, unknown, reply, NOON, settled)


def answered(**known: object) -> Answer:
    return answer(replace(KNOWN, **known), clock)  # type: ignore[arg-type]


def failed(step: Step, reply: str, state: str = "refused") -> Answer:
    return answered(
        status=Status.FAILED, last_step=step, detail=reply, mail=mail(state, reply), outlook=None
    )


def waiting(reason: str) -> Answer:
    return answered(outlook=replace(WAITS, reason=reason, expected_wave=None))


@pytest.mark.parametrize(
    ("found", "sentence", "fix"),
    [
        (
            failed(Step.MAIL_REFUSED, "550 5.1.1 <<address>>: no such user"),
            "No mail was sent: the mail server refused the address: "
            "550 5.1.1 <address>: no such user",
            Fix.CORRECT_ADDRESS,
        ),
        (
            failed(Step.MAIL_REFUSED, "550 no such user"),
            "No mail was sent: the mail server refused the address: 550 no such user",
            Fix.CORRECT_ADDRESS,
        ),
        (
            answered(status=Status.FAILED, last_step=Step.MAIL_REFUSED, asked_again=True),
            "The mail of this request failed, and the shopper has asked for the item again since.",
            Fix.NEWER_REQUEST,
        ),
        (
            failed(Step.MAIL_REFUSED, "554 5.7.1 looks like spam"),
            "No mail was sent: the mail server refused the mail: 554 5.7.1 looks like spam",
            Fix.TRY_AGAIN,
        ),
        (
            failed(Step.ADDRESS_CORRECTED, "550 5.1.1 no such user"),
            "No mail was sent: the mail server refused the address: 550 5.1.1 no such user",
            Fix.TRY_AGAIN,
        ),
        (
            failed(Step.GAVE_UP, "connection refused"),
            "No mail was sent: the mail server did not take it for 48 hours: connection refused",
            Fix.HEALTH,
        ),
        (
            failed(Step.OUTCOME_UNKNOWN, "an earlier attempt may have sent it", "unknown"),
            "Nobody knows whether the mail was sent: the connection to the mail server ended "
            "before it answered.",
            Fix.TRY_AGAIN,
        ),
        (
            failed(Step.TEMPLATE_ERROR, "body.html: 'nmae' is undefined"),
            "No mail was sent: the text of your mail has a mistake: body.html: 'nmae' is undefined",
            Fix.TEMPLATES,
        ),
        (
            waiting("automation is switched off"),
            "No mail was sent: automatic mails are switched off.",
            Fix.RULES,
        ),
        (
            waiting("quantity 1 is below the minimum of 2"),
            "No mail was sent: there are 1 in stock, and your rules want at least 2 before "
            "anybody is told.",
            Fix.ANNOUNCE,
        ),
        (
            waiting("the cap of 50 shoppers per restock is reached"),
            "No mail was sent: your rules tell at most 50 shoppers of one restock, and that many "
            "were told.",
            Fix.ANNOUNCE,
        ),
        (
            waiting("contact.vip is not known"),
            "No mail was sent: contact.vip is not known.",
            Fix.ANNOUNCE,
        ),
        (
            waiting("no product feed is configured for pl-PL"),
            "No mail was sent: no product feed is configured for pl-PL.",
            Fix.FEEDS,
        ),
        (
            waiting("the item is not known to be back"),
            "No mail was sent: the item has not come back yet.",
            Fix.ANNOUNCE,
        ),
        (
            answered(
                last_step=Step.HELD_BACK,
                detail="the item's name and price is not known",
                item=Item(),
            ),
            "No mail was sent: the item's name and price is not known.",
            Fix.NAME_AND_PRICE,
        ),
        (
            answered(outlook=replace(WAITS, paused=True)),
            "No mail was sent yet: you paused this item's restock.",
            Fix.RESTOCKS,
        ),
        (
            answered(last_step=Step.HELD_BACK, detail="not announced: stopped by the owner"),
            "No mail was sent: you stopped this item's restock before it was this shopper's turn.",
            Fix.ANNOUNCE,
        ),
        (
            answered(quiet_until=NOON),
            "No mail was sent yet: these are your quiet hours, until 22 12:00.",
            Fix.ANNOUNCE,
        ),
        (
            answered(outlook=replace(WAITS, expected_at=NOON)),
            "No mail was sent yet: shoppers are told one group after another, and this one is "
            "number 3 of 1,200.",
            Fix.ANNOUNCE,
        ),
        (
            answered(),
            "No mail was sent yet: the item is in stock, and nobody has announced it since the "
            "shopper asked. This one is number 3 of 1,200.",
            Fix.ANNOUNCE,
        ),
        (
            answered(status=Status.PROCESSING, mail=mail("deferred", "421 too busy"), outlook=None),
            "No mail was sent yet: the mail server did not take it: 421 too busy",
            Fix.HEALTH,
        ),
    ],
)
def test_each_reason_has_its_sentence_and_first_way_out(
    found: Answer, sentence: str, fix: Fix
) -> None:
    assert (found.sentence, found.fixes[0]) == (sentence, fix)
    assert found.advice
    assert found.mood is not Mood.GOOD


@pytest.mark.parametrize(
    ("found", "mood", "begins"),
    [
        (
            answered(
                status=Status.NOTIFICATION_SENT, auto_notified=True, mail=mail("accepted", "250 ok")
            ),
            Mood.GOOD,
            "The mail was sent on 22 12:00; the mail server took it: 250 ok",
        ),
        (
            answered(status=Status.NOTIFICATION_SENT, auto_notified=False),
            Mood.GOOD,
            "You marked this request as told",
        ),
        (answered(status=Status.PROCESSING), Mood.WAITS, "It is this shopper's turn"),
        (
            answered(status=Status.PROCESSING, mail=mail("claimed")),
            Mood.WAITS,
            "The mail is on its way",
        ),
        (
            answered(status=Status.PROCESSING, mail=mail("claimed", unknown=1)),
            Mood.WAITS,
            "The mail server did not say",
        ),
        (answered(outlook=None), Mood.WAITS, "The shopper waits."),
    ],
)
def test_where_nothing_is_to_be_done_no_way_out_is_offered(
    found: Answer, mood: Mood, begins: str
) -> None:
    assert (found.mood, found.fixes) == (mood, ())
    assert found.sentence.startswith(begins)


def test_a_mail_that_may_have_come_twice_says_so() -> None:
    accepted = mail("accepted", "250 ok", unknown=1)
    found = answered(status=Status.NOTIFICATION_SENT, auto_notified=True, mail=accepted)
    assert "twice" in found.advice


def test_a_price_that_is_known_by_now_is_not_asked_for() -> None:
    found = answered(last_step=Step.HELD_BACK, detail="the item's price is not known")
    assert "price" not in found.sentence


@pytest.mark.parametrize("step", Step)
def test_every_step_of_a_timeline_is_told_in_a_sentence(step: Step) -> None:
    said = step_in_words(step, "550 no")
    assert said[0].isupper()
    assert said[-1] in ".o"
    assert "{" not in said


def test_every_kind_of_step_that_is_ever_written_is_known() -> None:
    queries = Path(__file__).parents[1] / "store" / "queries"
    sql = "\n".join(path.read_text() for path in queries.glob("*.sql"))
    inserts = re.findall(
        r"INSERT INTO timeline \(request_id, kind.*?\)\s*SELECT [^,]+, ([^,\s]+)", sql
    )
    written = {kind.strip("'") for kind in inserts if kind.startswith("'")}
    assert len(inserts) == sql.count("INSERT INTO timeline")
    assert {kind for kind in inserts if not kind.startswith("'")} <= {":kind"}
    assert written <= set(Step)
    assert {"held_back", "own_mail_failed", "address_corrected"} <= written


def test_what_the_owner_was_told_of_is_said() -> None:
    assert step_in_words("owner_told", "notification_failed by e-mail") == (
        "You got an e-mail: the shopper could not be told."
    )


def test_a_reason_of_the_owners_own_conditions_is_said_as_it_is() -> None:
    assert reason_in_words("not announced: locale sv is not da") == "locale sv is not da"
    assert reason_in_words("gone again: quantity 0 is below the minimum of 1") == (
        "there are 0 in stock, and your rules want at least 1 before anybody is told"
    )


def test_who_has_not_confirmed_waits_for_nothing_yet() -> None:
    asked = answered(last_step=Step.CONFIRMATION_ASKED, outlook=None)
    assert (asked.mood, "still to be confirmed" in asked.sentence) == (Mood.WAITS, True)
    refused = answered(last_step=Step.CONFIRMATION_REFUSED, detail="550 no such user", outlook=None)
    assert (refused.mood, "550 no such user" in refused.sentence) == (Mood.BAD, True)
