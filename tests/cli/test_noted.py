"""What models did, and did not do, in plain words."""

from typing import Any

import pytest

from bot.cli.noted import _BECAUSE, _BROKE, noted, noted_of, noted_of_review
from bot.core.nouns import (
    Byline,
    Call,
    Event,
    Judging,
    Passed,
    ReceiptId,
    Reordering,
    Rewriting,
    Sent,
    Verdict,
    Wording,
)
from bot.core.receipt import Dropped, Looked, Spoken, overheard
from bot.models.gateway.faults import Kind
from policies.contract import Rule, Violation
from policies.evidence import Claim
from tests.fakes.rewriter import CALL

BY = "openai/some"


def of_wording(rewriting: Rewriting | None) -> tuple[str, ...]:
    wording = Wording(asked="And for interns?", whole="Leave for interns?", rewriting=rewriting)
    assert noted_of(Looked(wording=wording)) == noted("claimed", {"wording": wording.model_dump(mode="json")})
    return noted("claimed", {"wording": wording.model_dump(mode="json")})


@pytest.mark.parametrize(
    ("rewriting", "words"),
    [
        (Rewriting(by=BY, calls=(CALL,)), "openai/some put the question so that it can be understood by itself"),
        (Rewriting(by=BY, because="timeout"), "openai/some did not put the question in other words: it took too long."),
        (
            Rewriting(by=BY, because="unsupported_name, unsupported_number", calls=(CALL,)),
            "not searched: it put in a name that nobody had said and it put in a number that nobody had said.",
        ),
    ],
)
def test_who_put_the_question_in_other_words_or_why_nobody(rewriting: Rewriting, words: str) -> None:
    assert words in of_wording(rewriting)[-1]


def test_question_that_no_model_was_asked_about_has_nothing_to_note() -> None:
    assert of_wording(None) == ()


@pytest.mark.parametrize("kind", ["retrieved", "searched"])
def test_search_by_words_alone_says_which_embedder_gave_no_vectors_and_why(kind: str) -> None:
    (line,) = noted(kind, {"embedder": "openai/e@3", "without_vectors": "key"})
    assert line == "Words alone were searched, not meaning: openai/e@3 gave no vectors, for its key was not accepted."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"channel": "C1", "thread": "1.2", "messages": 5, "left_out": 3},
            "Read: 5 messages of the thread 1.2 of C1, and no document. There were 3 more, which were left out.",
        ),
        (
            {"channel": "C1", "thread": None, "messages": 1, "left_out": 0, "before": "1.3"},
            "Read: 1 message of what was said last in C1, and no document.",
        ),
    ],
)
def test_what_was_read_of_a_conversation_is_told(said: dict[str, object], words: str) -> None:
    assert noted("retrieved", {"conversation": said}) == (words,)
    assert noted_of(Looked(conversation=overheard(said))) == (words,)


def test_who_opened_a_draft_is_told_and_that_nothing_was_sent() -> None:
    (line,) = noted("draft_opened", {"to": "slack:T1/U1", "passages": 1, "of": 1})
    assert line.startswith("slack:T1/U1 opened the draft to use it. Nothing was sent")


def test_what_was_answered_as_before_names_the_receipt_that_says_how() -> None:
    (line,) = noted("retrieved", {"answered_in": "r_1", "embedder": "openai/e@3", "embedder_sent": None})
    assert noted_of(Looked(answered_in=ReceiptId("r_1"))) == (line,)
    assert line.endswith("for readers who may read the same: answered as in r_1.")


def test_order_says_whose_it_is() -> None:
    (line,) = noted("retrieved", {"reordering": Reordering(by=BY, passages=30).model_dump()})
    assert line == "openai/some put the first 30 passages in this order."


def test_order_that_nobody_gave_says_why() -> None:
    (line,) = noted("retrieved", {"reordering": Reordering(by=BY, passages=30, because="busy").model_dump()})
    assert line.endswith("and did not: it was busy. They stand as they were found.")


def test_composer_that_compared_words_alone_says_why() -> None:
    by = Byline(composer="extractive", without_vectors="unreachable")
    assert noted("composed", {"by": [by.model_dump()]}) == noted_of(Looked(by=by))
    assert "for it could not be reached" in noted_of(Looked(by=by))[0]


@pytest.mark.parametrize("kind", ["asked", "claimed", "retrieved", "searched", "composed", "closed", "posted"])
def test_events_from_before_there_were_models_have_nothing_to_note(kind: str) -> None:
    assert noted(kind, {}) == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_error_has_words(kind: Kind) -> None:
    assert kind.value in _BECAUSE


@pytest.mark.parametrize(
    "rule",
    [
        Rule.EMPTY_CLAIM,
        Rule.UNSUPPORTED_NUMBER,
        Rule.UNSUPPORTED_NAME,
        Rule.CHANGED_NEGATION,
        Rule.FOREIGN_LINK,
        Rule.PING,
        Rule.TOO_LONG,
    ],
)
def test_every_rule_that_a_question_can_break_has_words(rule: Rule) -> None:
    assert rule.value in _BROKE


AWAY = Sent(model="openai/some", host="api.some.test", region="eu", passages=3, sources=("hr", "wiki"))


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (
            Byline(composer="x", passed=(Passed(model=BY, because="spent", budget="tokens_by_one"),)),
            "openai/some gave no answer: a budget was spent (the asker's of the day, in tokens).",
        ),
        (
            Byline(composer="x", passed=(Passed(model=BY, because="not_allowed"),)),
            "openai/some gave no answer: it may not be sent this.",
        ),
        (
            Byline(composer="x", sent=(AWAY,)),
            "Sent to openai/some (api.some.test, eu): the question and 3 passages of hr, wiki.",
        ),
        (
            Byline(composer="x", sent=(Sent(model=BY),)),
            "Sent to openai/some (its provider's host; none is declared): what was asked, and no document.",
        ),
        (
            Byline(
                composer="x",
                calls=(Call(model="m", tokens_in=9, tokens_out=2, ms=7.4, dollars=4e-05, held_to="schema"),),
            ),
            "m answered in 7 ms: 9 tokens in, 2 out, $0.000040; its server held it to our schema.",
        ),
        (
            Byline(composer="x", calls=(Call(model="m", tokens_in=None, tokens_out=None, ms=7),)),
            "m answered in 7 ms: tokens unknown, price unknown.",
        ),
        (
            Byline(composer="x", examples=("table", "amount")),
            "Examples that it was shown, none of which proves anything: table, amount.",
        ),
    ],
)
def test_what_was_sent_where_and_what_it_cost_is_told(by: Byline, words: str) -> None:
    assert noted("composed", {"by": [by.model_dump(mode="json")]}) == noted_of(Looked(by=by)) == (words,)


@pytest.mark.parametrize(
    ("judging", "words"),
    [
        (
            Judging(by=BY, verdicts=tuple(Verdict(claim=n, supported=said) for n, said in enumerate(("yes", "no")))),
            "openai/some was asked whether the quotes support the claims that were proven: 1 yes, 1 no, 0 unclear.",
        ),
        (
            Judging(by=BY, because="timeout"),
            "openai/some did not say whether the quotes support the claims: it took too long. They stand as if there were no judge.",
        ),
    ],
)
def test_what_a_judge_said_or_why_it_said_nothing_is_told(judging: Judging, words: str) -> None:
    assert noted("composed", {"judged": [judging.model_dump(mode="json")]}) == (words,)
    assert noted_of(Looked(judged=(judging,))) == (words,)


def test_model_that_gave_no_words_is_not_one_whose_words_were_refused() -> None:
    """A call was answered, by words that could not be read."""
    passed = (Passed(model=BY, because="malformed"),)
    lines = of_wording(Rewriting(by=f"{BY}+prompt:1", because="malformed", calls=(CALL,), passed=passed))
    assert "did not put the question in other words: what it sent could not be used" in lines[-1]


def test_claims_that_were_told_while_they_were_written_and_those_that_were_not_are_noted() -> None:
    claim = Claim(text="Leave is 26 days.")
    broken = tuple(Violation(claim=0, rule=rule, detail="26") for rule in (Rule.UNSUPPORTED_NUMBER, Rule.UNCITED))
    dropped = Dropped(claim=claim, violations=broken)
    look = Looked(spoken=(Spoken(claim=claim, by=BY, ms=1234.5),), dropped=(dropped,))
    said = noted("said", {"claim": claim.model_dump(mode="json"), "by": BY, "ms": 1234.5})
    not_said = noted("composed", {"by": [], "dropped": [dropped.model_dump(mode="json")]})
    assert said == ("A claim of openai/some was shown 1234 ms after the question was taken up.",)
    assert not_said == ("A claim was not shown, for what it broke: unsupported_number, uncited.",)
    assert noted_of(look) == (*said, *not_said)
    assert "26" not in str(not_said)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("held", {"to": []}, "held, for a person to check it"),
        (
            "review_asked",
            {"reviewer": "slack:T1/U1", "number": 2, "until": "2026-03-01T12:30:00+00:00"},
            "slack:T1/U1 was asked to check it, as number 2, until 2026-03-01T12:30.",
        ),
        (
            "review_passed",
            {"reviewer": "slack:T1/U1", "because": "time"},
            "slack:T1/U1 does not check it: time ran out.",
        ),
        ("review_passed", {"reviewer": "slack:T1/U1", "because": "may_not"}, "may not read all that it cites"),
        ("review_passed", {"reviewer": "slack:T1/U1", "because": "unreachable"}, "cannot be written to"),
        ("review_decided", {"by": "slack:T1/U1", "ruling": "approved"}, "slack:T1/U1 approved it."),
        (
            "review_decided",
            {"by": "U1", "ruling": "approved", "reply": {"kind": "answer"}},
            "approved it, in other words for some of it.",
        ),
        (
            "review_decided",
            {"by": "U1", "ruling": "declined", "reason": "No.\n[1]"},
            "declined it. The reason given: No. [1]",
        ),
        ("review_unanswered", {"asked": 2}, "Nobody was left to ask; 2 had been."),
        ("review_outdated", {"because": "changed"}, "not shown: something that it was made from was changed."),
        ("review_closed", {"checked": None}, "A refusal was shown instead."),
        (
            "review_closed",
            {"checked": {"by": {"team": "T1", "user": "U1"}, "edited": False}},
            "It was shown as slack:T1/U1 approved it.",
        ),
    ],
)
def test_what_came_of_a_held_answer_is_told_line_by_line(kind: str, body: dict[str, Any], words: str) -> None:
    (line,) = noted(kind, body)
    assert words in line
    assert noted_of_review([Event(kind=kind, body=body)]) == (line,)
    assert noted(kind, {}) == ()
