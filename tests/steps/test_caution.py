"""Who is told that what an answer stands on is old: by the rules, by place, and of what is cited alone."""

from datetime import datetime, timedelta

import pytest

from bot.steps.caution import cautioned
from policies.evidence import Answer, Citation, Claim, Evidence, Old, Refusal, RefusalReason, Unread
from policies.rules import Ages
from tests.fakes.passages import NOON, some_evidence
from tests.slack.replies import renamed

ANSWER = Answer(claims=(Claim(text="one", citations=(Citation(passage=1, quote="one"),)),))


def edited(moment: datetime | None) -> Evidence:
    return renamed(some_evidence("one", "two"), updated=moment)


def ages(**given: object) -> Ages:
    return Ages.model_validate(given)


def told(evidence: Evidence, given: Ages, read: datetime | None = NOON) -> tuple[object, ...]:
    reply = cautioned(
        ANSWER, evidence, given, read={"acme": read, "other": datetime.min.replace(tzinfo=NOON.tzinfo)}, now=NOON
    )
    assert isinstance(reply, Answer)
    return reply.caveats


LONG_AGO = NOON - timedelta(days=600)

AGES = [
    pytest.param(ages(months=18), LONG_AGO, True, id="older than the limit"),
    pytest.param(ages(months=18), NOON - timedelta(days=540), False, id="younger"),
    pytest.param(ages(months=0), LONG_AGO, False, id="never"),
    pytest.param(ages(), LONG_AGO, False, id="rules of before"),
    pytest.param(ages(months=18), None, False, id="nobody knows when"),
    pytest.param(ages(months=18), NOON + timedelta(days=600), False, id="in the future"),
    pytest.param(ages(months=18, places={"acme": 0}), LONG_AGO, False, id="never of this source"),
    pytest.param(ages(months=0, places={"acme/handbook": 6}), LONG_AGO, True, id="of this place"),
    pytest.param(ages(months=18, places={"acme": 6, "acme/handbook": 0}), LONG_AGO, False, id="the nearest place decides"),
    pytest.param(ages(months=18, places={"acme/hand": 0}), LONG_AGO, True, id="a place is not part of a name"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "moment", "is_old"), AGES)
def test_a_page_is_old_by_the_rules(given: Ages, moment: datetime | None, is_old: object) -> None:
    assert bool(told(edited(moment), given)) is is_old


def test_only_what_is_cited_is_told_of() -> None:
    assert told(edited(LONG_AGO), ages(months=18)) == (Old(passage=1, edited=LONG_AGO),)


@pytest.mark.parametrize(
    ("days", "read", "is_told"),
    [
        pytest.param(14, NOON - timedelta(days=15), True, id="for long"),
        pytest.param(14, NOON - timedelta(days=13), False, id="lately"),
        pytest.param(0, NOON - timedelta(days=15), False, id="never"),
        pytest.param(14, None, False, id="not once to the end"),
    ],
)
def test_a_source_that_was_not_read_is_told_of(days: int, read: datetime | None, is_told: object) -> None:
    caveats = told(edited(NOON), ages(unread_days=days), read)
    assert caveats == ((Unread(source="acme", read=read),) if is_told and read else ())


def test_what_is_no_answer_stays_as_it_is() -> None:
    refusal = Refusal(reason=RefusalReason.UNANSWERED)
    assert cautioned(refusal, edited(LONG_AGO), ages(months=1), read={}, now=NOON) == refusal
