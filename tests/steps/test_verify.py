"""What is not proven is not said: which reply a draft becomes."""

import pytest

from bot.steps.verify import settle, violated
from policies.contract import Rule, Violation
from policies.evidence import Answer, Citation, Claim, Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.rules import AnswerLimits
from tests.fakes.passages import some_evidence

LIMITS = AnswerLimits(max_lines=5, max_claim_characters=40)
QUESTION = "one or two?"
ONE, TWO, THREE = (Claim(text=name, citations=(Citation(passage=1, quote=name),)) for name in ("one", "two", "three"))


def broken(*claims: int) -> tuple[Violation, ...]:
    return tuple(Violation(claim=number, rule=Rule.UNCITED, detail="") for number in claims)


@pytest.mark.parametrize(
    ("draft", "found", "reply"),
    [
        pytest.param(Draft(), (), Refusal(reason=RefusalReason.UNANSWERED), id="no claims"),
        pytest.param(
            Draft(claims=(ONE,), answerable=False), (), Refusal(reason=RefusalReason.UNANSWERED), id="not answerable"
        ),
        pytest.param(Draft(claims=(ONE,)), broken(0), Refusal(reason=RefusalReason.UNPROVEN), id="the only one broken"),
        pytest.param(
            Draft(claims=(ONE, TWO)), broken(0, 1, 0), Refusal(reason=RefusalReason.UNPROVEN), id="all of them broken"
        ),
        pytest.param(
            Draft(claims=(ONE,), answerable=False), broken(0), Refusal(reason=RefusalReason.UNANSWERED), id="both"
        ),
        pytest.param(Draft(claims=(ONE, TWO, THREE)), broken(1), Answer(claims=(ONE, THREE)), id="one dropped"),
        pytest.param(Draft(claims=(ONE, ONE)), broken(0), Answer(claims=(ONE,)), id="one of two equal claims dropped"),
        pytest.param(Draft(claims=(ONE, TWO)), (), Answer(claims=(ONE, TWO)), id="all proven"),
        pytest.param(
            Draft(clarify="Which office?"), (), Clarification(reason="composer", question="Which office?"), id="asks"
        ),
        pytest.param(
            Draft(claims=(ONE,), clarify="Which?"),
            broken(0),
            Clarification(reason="composer", question="Which?"),
            id="a question back comes before claims",
        ),
        pytest.param(
            Draft(clarify="Have you seen evil.test?"),
            (Violation(claim=None, rule=Rule.UNSUPPORTED_NAME, detail=""),),
            Refusal(reason=RefusalReason.UNPROVEN),
            id="asks what it may not",
        ),
        pytest.param(
            Draft(clarify="Which?", options=("a", "b")),
            (),
            Clarification(reason="composer", question="Which?", options=("a", "b")),
            id="with options",
        ),
        pytest.param(
            Draft(options=("a", "b", "c")),
            (Violation(claim=None, rule=Rule.PING, detail="", option=1),),
            Clarification(reason="which", options=("a", "c")),
            id="an option may not be offered",
        ),
        pytest.param(
            Draft(clarify="Which?", options=("a", "b")),
            (Violation(claim=None, rule=Rule.PING, detail="", option=0),),
            Clarification(reason="composer", question="Which?"),
            id="one option is no choice",
        ),
        pytest.param(
            Draft(options=("a", "b")),
            (Violation(claim=None, rule=Rule.PING, detail="", option=0),),
            Refusal(reason=RefusalReason.UNPROVEN),
            id="nothing is left to be asked",
        ),
    ],
)
def test_draft_becomes_only_what_is_proven_of_it(draft: Draft, found: tuple[Violation, ...], reply: Reply) -> None:
    assert settle(draft, found) == reply


def test_draft_is_held_to_the_evidence_that_it_was_made_from() -> None:
    assert [one.rule for one in violated(QUESTION, Draft(claims=(ONE,)), Evidence(), LIMITS)] == [Rule.UNKNOWN_PASSAGE]
    assert [one.rule for one in violated(QUESTION, Draft(claims=(ONE,)), some_evidence("two"), LIMITS)] == [
        Rule.NOT_VERBATIM
    ]
    assert violated(QUESTION, Draft(claims=(ONE,)), some_evidence("one"), LIMITS) == ()


def test_question_back_is_held_to_the_words_of_the_asker() -> None:
    assert violated(QUESTION, Draft(clarify="Do you mean two?"), some_evidence("three"), LIMITS) == ()
    assert violated(QUESTION, Draft(clarify="Do you mean 3?"), some_evidence("3"), LIMITS) != ()


@pytest.mark.parametrize(("length", "rules"), [(41, [Rule.TOO_LONG]), (40, [])])
def test_limit_of_a_claim_comes_from_the_rules(length: int, rules: list[Rule]) -> None:
    text = "x" * length
    draft = Draft(claims=(Claim(text=text, citations=(Citation(passage=1, quote=text),)),))
    assert [one.rule for one in violated(QUESTION, draft, some_evidence(text), LIMITS)] == rules
