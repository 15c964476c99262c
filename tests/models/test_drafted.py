"""What is read out of a model's words, and what is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.drafted import MOST_CHARACTERS, Unreadable, Why, draft_from
from policies.evidence import Citation, Claim, Draft

CLAIM = {"text": "Leave is 25 days.", "citations": [{"passage": 1, "quote": "25 days"}]}
WHOLE = {"answerable": True, "claims": [CLAIM], "clarify": None}
DRAFT = Draft(claims=(Claim(text="Leave is 25 days.", citations=(Citation(passage=1, quote="25 days"),)),))
SAID = json.dumps(WHOLE)


def read(said: str, *, most: int = 5) -> Draft | Unreadable:
    return draft_from(said, max_claims=most)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(SAID, id="as asked"),
        pytest.param(json.dumps(WHOLE, indent=2), id="over several lines"),
        pytest.param(f"```json\n{SAID}\n```", id="in a fence"),
        pytest.param(f"Sure! Here it is: {SAID} Anything else {{?}}", id="with prose around it"),
        pytest.param(f'<think>{{"answerable": false}}? No. {{x}}</think>{SAID}', id="after thinking aloud"),
        pytest.param(json.dumps({"claims": [CLAIM]}), id="only the claims"),
        pytest.param(json.dumps({**WHOLE, "confidence": 0.9}), id="with a field of its own"),
        pytest.param(SAID.replace('"passage": 1', '"passage": "1"'), id="a number in quotes"),
        pytest.param(SAID.replace("Leave is", "Leave\\n  is"), id="a claim over two lines"),
        pytest.param(json.dumps({**WHOLE, "clarify": "Whose?"}), id="claims and a question back"),
    ],
)
def test_draft_is_read_whatever_stands_around_it(said: str) -> None:
    assert read(said) == DRAFT


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        ({"answerable": False}, Draft(answerable=False)),
        ({"answerable": True, "claims": [], "clarify": " Whose leave? "}, Draft(clarify="Whose leave?")),
        ({"answerable": True, "claims": [], "clarify": ""}, Draft()),
        (
            {"claims": [], "clarify": "Which?", "options": [" a\n b", "c", "d", "e", "f"]},
            Draft(clarify="Which?", options=("a b", "c", "d", "e")),
        ),
        ({"claims": [], "clarify": None, "options": ["a", "b"]}, Draft()),
        ({"claims": [], "clarify": "Which?", "options": None}, Draft(clarify="Which?")),
        ({"claims": [{"text": "x"}]}, Draft(claims=(Claim(text="x"),))),
        (
            {"claims": [{"text": "x", "citations": [{"passage": 99, "quote": "y"}]}]},
            Draft(claims=(Claim(text="x", citations=(Citation(passage=99, quote="y"),)),)),
        ),
    ],
    ids=[
        "no answer",
        "a question back",
        "nothing",
        "four options",
        "options of no question",
        "no options",
        "uncited",
        "unknown handle",
    ],
)
def test_what_the_contract_judges_is_only_read_here(said: Any, draft: Draft) -> None:
    assert read(json.dumps(said)) == draft


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param(" \n ", "empty", id="white space"),
        pytest.param("I cannot help with that.", "not_json", id="a refusal"),
        pytest.param(SAID[:-2], "wrong_shape: the whole", id="cut off"),
        pytest.param('{"claims": [{"text": "Leave', "not_json", id="cut off early"),
        pytest.param("[1, 2]", "not_json", id="a list"),
        pytest.param("{}", "wrong_shape: the whole", id="an empty object"),
        pytest.param('{"claims": "Leave is 25 days."}', "wrong_shape: claims", id="claims are text"),
        pytest.param('{"claims": [{"text": 25}]}', "wrong_shape: claims.0.text", id="a claim is a number"),
        pytest.param(SAID.replace('"passage": 1', '"passage": "first"'), "wrong_shape: claims.0.citations.0.passage"),
        pytest.param(SAID.replace('"passage": 1', '"passage": 1e99'), "wrong_shape: claims.0.citations.0.passage"),
        pytest.param('{"claims": ' + "[" * 30_000, "not_json", id="without a bottom"),
        pytest.param('{"a":' * 10_000, "not_json", id="objects without a bottom"),
        pytest.param('{"claims": [' + "9" * 10_000 + "]}", "not_json", id="a number without end"),
        pytest.param(SAID + " " * MOST_CHARACTERS, "too_long", id="enormous"),
    ],
)
def test_what_is_no_draft_is_named_in_our_own_words(said: str, why: str) -> None:
    assert str(read(said)) == why


def test_no_more_claims_are_read_than_an_answer_has_lines() -> None:
    found = read(json.dumps({"claims": [CLAIM] * 9}), most=2)
    assert isinstance(found, Draft)
    assert len(found.claims) == 2


def test_half_characters_and_nul_are_no_text() -> None:
    found = read('{"claims": [{"text": "a\\ud800b\\u0000c", "citations": []}]}')
    assert found == Draft(claims=(Claim(text="a?b\ufffdc"),))


@given(
    st.one_of(
        st.text(), st.text(alphabet='{}[]",: ac\\'), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)
    )
)
def test_nothing_that_is_said_makes_reading_fail(said: str) -> None:
    found = read(said + SAID[: len(said)])
    assert isinstance(found, Draft) or found.why in set(Why)
