"""What an admin lays down for answers on a subject: what it is about, what is dropped, and what is added."""

import pytest
from pydantic import ValidationError

from policies.contract import Rule, Violation
from policies.evidence import Answer, Citation, Claim, Draft
from policies.rules import ANSWERS, RulesError, parse
from policies.topics import Range, Topic, in_form, laid_down
from tests.fakes.passages import some_evidence
from tests.policies.test_rules import TEXTS

ASKED = "How much leave do I get?"
NOTE = "Ask People Operations before you book."


def claim(text: str) -> Claim:
    return Claim(text=text, citations=(Citation(passage=1, quote=text),))


def dropped(text: str, topic: Topic, *, question: str = ASKED) -> list[str]:
    draft = Draft(claims=(claim(text),))
    return [one.rule for one in laid_down(draft, (), some_evidence(text), question, {"leave": topic})]


def formed(topic: Topic, *texts: str, question: str = ASKED) -> Answer:
    claims = tuple(claim(text) for text in texts)
    return in_form(Answer(claims=claims), some_evidence(*texts), question, {"leave": topic})


# --- what it is about --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "question"),
    [
        pytest.param({"words": ["sabbatical"]}, ASKED, id="another word"),
        pytest.param({"words": ["lea"]}, ASKED, id="a part of a word"),
        pytest.param({"sources": ["wiki"]}, ASKED, id="another source"),
        pytest.param({"places": ["hand"]}, ASKED, id="a part of a place's name"),
        pytest.param({"places": ["handbook/hr"]}, ASKED, id="a place below"),
    ],
)
def test_answer_on_another_subject_keeps_to_nothing(topic: dict[str, list[str]], question: str) -> None:
    other = Topic.model_validate({**topic, "note": NOTE, "ranges": {"day": {"least": 1, "most": 2}}})
    assert formed(other, "It is 25 days.", question=question).notes == ()
    assert dropped("It is 25 days.", other, question=question) == []


@pytest.mark.parametrize(
    "topic",
    [
        pytest.param({"words": ["leave"]}, id="a word"),
        pytest.param({"words": ["LEAVE"]}, id="in capitals"),
        pytest.param({"words": ["how much  leave"]}, id="several words"),
        pytest.param({"words": ["sabbatical"], "sources": ["acme"]}, id="a source"),
        pytest.param({"places": ["handbook"]}, id="a place"),
    ],
)
def test_answer_on_the_subject_has_its_note(topic: dict[str, list[str]]) -> None:
    assert formed(Topic.model_validate({**topic, "note": NOTE}), "It is 25 days.").notes == (NOTE,)


def test_note_of_several_topics_stands_once_and_in_one_order() -> None:
    topics = {name: Topic(words=("leave",), note=note) for name, note in (("b", "B."), ("a", "A."), ("c", "A."))}
    answer = Answer(claims=(claim("one"), claim("two")))
    assert in_form(answer, some_evidence("one"), ASKED, topics).notes == ("A.", "B.")


# --- values ------------------------------------------------------------------------------------------------------

FEW = Topic(words=("leave",), ranges={"day": Range(least=20, most=30), "euro": Range(least=0, most=2000)})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("31 days", id="above"),
        pytest.param("19.5 days", id="below"),
        pytest.param("25 days or 45 days", id="one of two"),
        pytest.param("€2,001", id="with its thousands"),
        pytest.param("2.001 euro", id="either two or two thousand"),
        pytest.param("€2 million", id="multiplied"),
        pytest.param("10-15 days", id="a span"),
    ],
)
def test_number_outside_its_range_is_not_said(text: str) -> None:
    assert dropped(text, FEW) == [Rule.OUT_OF_RANGE]


@pytest.mark.parametrize("text", ["20 days", "30 days", "25.5 days", "€2,000", "1.999,50 euro", "99 hours", "of 1999"])
def test_number_within_its_range_or_of_something_else_is_said(text: str) -> None:
    assert dropped(text, FEW) == []


def test_value_that_is_not_allowed_is_not_said() -> None:
    topic = Topic(words=("leave",), allowed={"day": ("25", "30")})
    assert dropped("It is 26 days.", topic) == [Rule.NOT_ALLOWED]
    assert dropped("It is 30 days.", topic) == []
    assert dropped("It is 26 hours.", topic) == []


def test_claim_that_is_not_proven_is_not_looked_at_again() -> None:
    found = (Violation(claim=0, rule=Rule.UNCITED, detail=""),)
    assert laid_down(Draft(claims=(claim("31 days"),)), found, some_evidence("31 days"), ASKED, {"leave": FEW}) == ()


def test_violation_names_its_topic_and_the_value() -> None:
    (found,) = laid_down(Draft(claims=(claim("31 days"),)), (), some_evidence("31 days"), ASKED, {"leave": FEW})
    assert (found.claim, found.detail) == (0, "leave: 31 day")


# --- dates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("It ends 3 March 2026, or 4 May 2027.", "It ends 2026-03-03, or 2027-05-04."),
        ("Es endet am 3. März 2026.", "Es endet am 2026-03-03."),
        ("It ends 31.12.2026.", "It ends 2026-12-31."),
        ("It ends 3 March.", "It ends 3 March."),
        ("It ends in March 2026.", "It ends in March 2026."),
        ("It ends 03/04/2026.", "It ends 03/04/2026."),
        ("It is from 3 to 5 March 2026.", "It is from 3 to 5 March 2026."),
        ("| a |\n| 3 March 2026 |", "| a |\n| 3 March 2026 |"),
    ],
)
def test_whole_date_is_written_as_laid_down_and_another_stays(text: str, written: str) -> None:
    (found,) = formed(Topic(words=("leave",), dates="YYYY-MM-DD"), text).claims
    assert found == claim(text).model_copy(update={"text": written})


def test_date_may_have_its_day_in_front() -> None:
    (found,) = formed(Topic(words=("leave",), dates="DD.MM.YYYY"), "It ends 2026-03-03.").claims
    assert found.text == "It ends 03.03.2026."


# --- bad files ---------------------------------------------------------------------------------------------------

GOOD = '[topics.leave]\nwords = ["leave"]\nranges = { day = { least = 1, most = 30 } }\n'


@pytest.mark.parametrize(
    ("was", "is_", "line", "reason"),
    [
        pytest.param('words = ["leave"]\n', "", 1, "neither words, sources nor places", id="about nothing"),
        pytest.param(
            "ranges = { day = { least = 1, most = 30 } }\n", "", 1, "lays nothing down", id="nothing laid down"
        ),
        pytest.param("least = 1", "least = 31", 3, "more than `most`", id="an empty range"),
        pytest.param("least = 1", "least = nan", 3, "finite", id="no number"),
        pytest.param("{ day =", "{ fortnight =", 3, "no unit that is known", id="a unit that nobody knows"),
        pytest.param('["leave"]', "[7]", 2, "valid string", id="a number for a word"),
        pytest.param('["leave"]', '["leave"]\nnotes = "x"', 3, "Extra", id="misspelt"),
        pytest.param('["leave"]', '["leave"]\ndates = "MM/DD/YY"', 3, "dates", id="a format that nobody knows"),
    ],
)
def test_topic_that_cannot_be_used_names_its_line_and_reason(was: str, is_: str, line: int, reason: str) -> None:
    assert was in GOOD
    before = TEXTS[ANSWERS]
    with pytest.raises(RulesError) as raised:
        parse({**TEXTS, ANSWERS: before + GOOD.replace(was, is_)})
    assert reason in raised.value.reason
    assert raised.value.line == len(before.splitlines()) + line


def test_topics_are_read_as_they_are_written_and_older_rules_have_none() -> None:
    assert parse(TEXTS).answers.topics == {}
    topics = parse({**TEXTS, ANSWERS: TEXTS[ANSWERS] + GOOD}).answers.topics
    assert topics == {"leave": Topic(words=("leave",), ranges={"day": Range(least=1, most=30)})}


def test_topic_is_frozen() -> None:
    with pytest.raises(ValidationError):
        FEW.note = "x"  # type: ignore[misc]
