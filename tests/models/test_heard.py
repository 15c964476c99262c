"""Claims are given out while they are still being said: the same ones, however the text is cut, as of the whole."""

import json
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.drafted import draft_from
from bot.models.heard import Heard
from policies.evidence import Claim, Draft

MOST = 50


def claim(text: str, quote: str = "25 days") -> dict[str, Any]:
    return {"text": text, "citations": [{"passage": 1, "quote": quote}]}


def said(*claims: dict[str, Any], **more: Any) -> str:
    return json.dumps({"answerable": True, "claims": claims, "clarify": None, **more})


def heard(*pieces: str) -> list[Claim]:
    reader = Heard()
    return [claim for piece in pieces for claim in reader.more(piece)]


def cut(text: str, at: Sequence[int]) -> list[str]:
    places = sorted({0, len(text), *(one % (len(text) + 1) for one in at)})
    return [text[first:end] for first, end in pairwise(places)]


CUTS = st.lists(st.integers(min_value=0, max_value=5_000), max_size=40)
TEXTS = st.text(alphabet=st.one_of(st.sampled_from('{}[]",:\\ \n`é\u2028😀'), st.characters()), max_size=30)
CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "text": TEXTS,
            "citations": st.lists(
                st.fixed_dictionaries({"passage": st.integers(min_value=0, max_value=9), "quote": TEXTS}), max_size=3
            ),
        },
        optional={"why": st.recursive(TEXTS | st.none() | st.booleans(), lambda inner: st.lists(inner, max_size=3))},
    ),
    max_size=5,
)


@given(
    CLAIMS,
    CUTS,
    st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}]),
    st.sampled_from(["", "  \n", "```json\n", "```\n "]),
)
def test_any_draft_cut_anyhow_gives_the_claims_of_the_whole(
    claims: list[dict[str, Any]], at: list[int], form: dict[str, Any], before: str
) -> None:
    whole = {"answerable": True, "why": {"claims": claims}, "claims": claims, "clarify": None}
    text = before + json.dumps(whole, **form)
    draft = draft_from(text, max_claims=MOST)
    assert isinstance(draft, Draft)
    assert heard(*cut(text, at)) == list(draft.claims)


@given(st.one_of(st.text(), st.text(alphabet='{}[]",: ac\\`true')), CUTS, st.integers(min_value=0, max_value=200))
def test_nothing_makes_listening_fail_and_cutting_changes_nothing(noise: str, at: list[int], keeps: int) -> None:
    text = said(claim("Leave is 25 days."), claim("Ask Bo."))[:keeps] + noise
    assert heard(*cut(text, at)) == heard(text)


def test_claim_is_given_out_with_its_last_character_and_not_before() -> None:
    text, reader = said(claim("Leave is 25 days."), claim("Ask Bo.")), Heard()
    ends = [at for at, character in enumerate(text) if list(reader.more(character))]
    assert [text[: end + 1].count("quote") for end in ends] == [1, 2]
    assert all(text[end - 2 : end + 1] == "}]}" for end in ends)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(said(claim("x")).replace("true", "false"), id="no answer"),
        pytest.param(json.dumps({"claims": [claim("x")], "answerable": True}), id="an answer only in the end"),
        pytest.param(json.dumps({"claims": [claim("x")]}), id="nobody says that it is one"),
        pytest.param(f"<think>{said(claim('x'))}</think>", id="thinking aloud"),
        pytest.param(f"Sure: {said(claim('x'))}", id="after prose"),
        pytest.param(said({"text": 25, "citations": []}), id="a claim of another shape"),
        pytest.param('{"answerable": true, "claims": {"a": ' + json.dumps(claim("x")), id="no list"),
        pytest.param('{"answerable": true, "other": [' + json.dumps(claim("x")) + "]", id="another list"),
        pytest.param('{"answerable": true, "claims": [[' + json.dumps(claim("x")) + "]]", id="a list in the list"),
        pytest.param('{"answerable": true, "claims": [' + '{"a":' * 30_000, id="without a bottom"),
        pytest.param('{"answerable": true, "claims": [{"text": "' + "[" * 20_000, id="a string without an end"),
        pytest.param("{" * 40_000, id="objects without a bottom"),
        pytest.param("]" * 40_000, id="only ends"),
    ],
)
def test_what_may_be_no_claim_in_the_end_is_not_given_out(text: str) -> None:
    assert heard(text) == heard(*text) == []


def test_what_is_too_long_for_a_draft_is_no_longer_listened_to() -> None:
    head = said(claim("first"))[: -len('], "clarify": null}')] + ","
    assert [one.text for one in heard(head, " " * 2_000_000, json.dumps(claim("second")))] == ["first"]


@pytest.mark.parametrize("piece", [1, 7, 60_000])
def test_time_grows_with_the_text_and_not_with_its_square(piece: int) -> None:
    def seconds(characters: int) -> float:
        text = said(claim("\\" * (characters // 4), "[" * (characters // 4)))[:characters]
        pieces = [text[at : at + piece] for at in range(0, len(text), piece)]
        began = time.process_time()
        heard(*pieces)
        return time.process_time() - began

    seconds(1_000)
    short, long = min(seconds(7_000) for _ in range(5)), min(seconds(56_000) for _ in range(5))
    assert long < 24 * short + 0.01
