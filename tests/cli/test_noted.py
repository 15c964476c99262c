"""What models did, and did not do, in plain words."""

import pytest

from bot.cli.noted import _BECAUSE, _BROKE, noted, noted_of
from bot.core.nouns import Byline, Reordering, Rewriting, Wording
from bot.core.receipt import Looked
from bot.models.gateway.faults import Kind
from policies.contract import Rule
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
    (line,) = of_wording(rewriting)
    assert words in line


def test_question_that_no_model_was_asked_about_has_nothing_to_note() -> None:
    assert of_wording(None) == ()


@pytest.mark.parametrize("kind", ["retrieved", "searched"])
def test_search_by_words_alone_says_which_embedder_gave_no_vectors_and_why(kind: str) -> None:
    (line,) = noted(kind, {"embedder": "openai/e@3", "without_vectors": "key"})
    assert line == "Words alone were searched, not meaning: openai/e@3 gave no vectors, for its key was not accepted."


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
