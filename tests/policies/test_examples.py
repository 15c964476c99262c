"""Which examples a model is shown: each set where its rule says, and no example that breaks the contract itself."""

from typing import Any

import pytest

from policies.evidence import Disagreement, Evidence, Span
from policies.examples import Examples, ExampleSet
from policies.rules import ANSWERS, INTENTS, RulesError, parse
from tests.fakes.passages import some_evidence
from tests.policies.test_rules import PACKAGED, TEXTS

ASKED = "How many days of leave are there in Berlin?"
GERMAN = "Wie viele Tage Urlaub habe ich?"
TABLE = "Days of leave.\n\n| Site | Days |\n| --- | --- |\n| Berlin | 27 |"
STEPS = "To book:\n\n1. Ask your lead.\n2. Fill in the form."
PLAIN = "There are 27 days of leave."
SHOWN = {"question": "Who opens the gate?", "passages": [{"text": "Keys are at the gate."}]}


def of(**when: Any) -> ExampleSet:
    return ExampleSet.model_validate({"shown": [SHOWN], **when})


def disagreeing(evidence: Evidence) -> Evidence:
    other = Disagreement(about="number", passage=2, newer=True, here=Span(0, 5), there=Span(0, 5))
    first, *rest = evidence.found
    return Evidence(found=(first.model_copy(update={"disagreements": (other,)}), *rest))


@pytest.mark.parametrize(
    ("when", "is_for"),
    [
        pytest.param({}, True, id="always"),
        pytest.param({"words": ["how many"]}, True, id="a word of the question"),
        pytest.param({"words": ["many d"]}, False, id="a part of a word"),
        pytest.param({"words": ["price", "leave"]}, True, id="one of several words"),
        pytest.param({"languages": ["en"]}, True, id="its language"),
        pytest.param({"languages": ["de", "fr"]}, False, id="other languages"),
        pytest.param({"sources": ["acme"]}, True, id="a source of what was found"),
        pytest.param({"sources": ["wiki"]}, False, id="another source"),
        pytest.param({"places": ["handbook"]}, True, id="a place of what was found"),
        pytest.param({"places": ["hand"]}, False, id="a part of a place's name"),
        pytest.param({"evidence": ["table"]}, True, id="there is a table"),
        pytest.param({"evidence": ["steps"]}, False, id="there are no steps"),
        pytest.param({"evidence": ["disagreement"]}, False, id="nothing disagrees"),
        pytest.param({"evidence": ["steps", "table"]}, True, id="one of several shapes"),
        pytest.param({"words": ["leave"], "languages": ["de"]}, False, id="every sort of condition has to hold"),
    ],
)
def test_a_set_is_shown_where_every_sort_of_its_conditions_holds(when: dict[str, Any], *, is_for: bool) -> None:
    assert of(**when).is_for(ASKED, some_evidence(TABLE, PLAIN)) is is_for


def test_shapes_of_evidence_are_told_from_what_was_found() -> None:
    assert of(evidence=["steps"]).is_for(ASKED, some_evidence(PLAIN, STEPS))
    assert of(evidence=["disagreement"]).is_for(ASKED, disagreeing(some_evidence(PLAIN, PLAIN)))
    assert of(languages=["de"]).is_for(GERMAN, some_evidence(PLAIN))
    assert not of(evidence=["table"]).is_for(ASKED, Evidence())


def test_sets_of_another_intent_are_left_out() -> None:
    sets = Examples(
        max_tokens=100, sets={"all": of(), "asked": of(intents=["question"]), "to draft": of(intents=["draft"])}
    )
    assert list(sets.of("question").sets) == ["all", "asked"]


@pytest.mark.parametrize(
    ("asked", "texts", "names"),
    [
        (ASKED, [PLAIN], ["unanswerable", "amount"]),
        ("Who opens the gate?", [PLAIN], ["unanswerable"]),
        ("Who opens the gate?", [TABLE], ["unanswerable", "table"]),
    ],
)
def test_packaged_sets_are_shown_by_question_and_evidence(asked: str, texts: list[str], names: list[str]) -> None:
    examples = parse(PACKAGED).answers.examples
    assert list(examples.beside(asked, some_evidence(*texts))) == names
    both = disagreeing(some_evidence(PLAIN, PLAIN))
    assert "disagreement" in examples.beside(asked, both)


def test_texts_from_before_there_were_examples_show_none() -> None:
    assert parse(TEXTS).answers.examples == Examples()


SET = """
[examples]
max_tokens = 500
[examples.sets.mine]
{when}
[[examples.sets.mine.shown]]
question = "How long is the loan?"
passages = [{{ text = "The loan is for 12 working days." }}]
claims = [{{ text = "{claim}", citations = [{{ passage = {passage}, quote = "{quote}" }}] }}]
"""
RIGHT = {"when": "", "claim": "The loan is for 12 working days.", "passage": 1, "quote": "12 working days"}


def rules_with(**changes: Any) -> dict[str, str]:
    return {**TEXTS, ANSWERS: TEXTS[ANSWERS] + SET.format(**{**RIGHT, **changes})}


def test_a_set_of_an_admins_is_read() -> None:
    assert list(parse(rules_with(when='intents = ["other"]')).answers.examples.sets) == ["mine"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"claim": "The loan is for 14 working days."}, "breaks unsupported_number: 14"),
        ({"claim": "The loan is for 12 days."}, "breaks changed_unit"),
        ({"claim": "Ask <!here> for 12 working days."}, "breaks ping"),
        ({"quote": "twelve working days"}, "breaks not_verbatim"),
        ({"passage": 2}, "breaks unknown_passage"),
        ({"when": 'languages = ["xx"]'}, "no language that is known"),
        ({"when": 'evidence = ["picture"]'}, "Input should be 'table'"),
        ({"when": 'topics = ["leave"]'}, "Extra inputs"),
        ({"when": 'intents = ["questions"]'}, "there is no intent `questions`"),
    ],
)
def test_an_example_that_breaks_the_contract_and_a_slip_of_the_pen_stop_everything(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RulesError, match=reason) as raised:
        parse(rules_with(**changes))
    assert raised.value.file == ANSWERS
    assert raised.value.line is not None


def test_a_set_that_names_no_known_intent_is_told_with_its_line() -> None:
    texts = rules_with(when='intents = ["draft"]')
    with pytest.raises(RulesError) as raised:
        parse(texts)
    assert texts[ANSWERS].split("\n")[(raised.value.line or 0) - 1] == 'intents = ["draft"]'
    assert INTENTS not in str(raised.value)
