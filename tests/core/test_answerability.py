"""A score of what retrieval found: surer with each sign that speaks for an answer, and never without evidence."""

import pytest

from bot.core.answerability import answerable
from bot.core.nouns import Wording
from policies.evidence import Evidence, Found, Ranks
from policies.rules import Answerability
from tests.fakes.passages import a_passage

RULES = Answerability(
    min_answerable=0.2, offset=-7, nearness=4, coverage=4, lead=10, min_confidence=1, min_confidence_by_words=1
)
ASKED = Wording(asked="How many days of leave?")


def evidence(near: float | None, text: str, first: float = 0.5, last: float = 0.4) -> Evidence:
    return Evidence(
        found=(
            Found(passage=a_passage(text), list_id="l", score=first, vectors_score=near, ranks=Ranks(vectors=1)),
            Found(passage=a_passage("else"), list_id="l", score=last, vectors_score=near, ranks=Ranks(vectors=2)),
        )
    )


def test_without_evidence_nothing_is_answered() -> None:
    assert answerable(ASKED, Evidence(), RULES) == 0.0


def test_score_is_the_probability_that_its_weights_say() -> None:
    # -7 + 4 * 0.8 + 4 * 2/3 (of many, days, leave) + 10 * 0.1 = -0.1333
    assert answerable(ASKED, evidence(0.8, "27 days of leave"), RULES) == pytest.approx(0.466716)


@pytest.mark.parametrize(
    "less",
    [
        pytest.param(evidence(0.5, "27 days of leave"), id="farther"),
        pytest.param(evidence(0.8, "27 days of travel"), id="fewer words"),
        pytest.param(evidence(0.8, "27 days of leave", first=0.45), id="stands out less"),
    ],
)
def test_each_sign_that_is_weaker_makes_it_less_sure(less: Evidence) -> None:
    assert answerable(ASKED, less, RULES) < answerable(ASKED, evidence(0.8, "27 days of leave"), RULES)


def test_by_words_alone_or_by_older_rules_it_is_not_known_and_nothing_is_refused() -> None:
    older = Answerability(min_confidence=1, min_confidence_by_words=1)
    assert answerable(ASKED, evidence(None, "else"), RULES) == 1.0
    assert answerable(ASKED, evidence(0.1, "else"), older) == 1.0
