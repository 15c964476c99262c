"""The best of what was found in a reranker's order, if it gives one; in the order that it had, whatever else it gives."""

import math
from collections.abc import Sequence

import pytest

from bot.core.nouns import ListId, PassageId, Reordering
from bot.core.ports import Stored
from bot.core.reranking import reordered
from policies.access import NOBODY
from tests.fakes.passages import a_passage
from tests.fakes.reranker import ScriptedReranker

ORDER = [PassageId(name) for name in "abcd"]
STORED = {
    id_: Stored(a_passage("x" * size, document=f"acme:{id_}"), f"hash of {id_}", ListId("l"), NOBODY)
    for size, id_ in enumerate(ORDER, start=1)
}


def test_its_order_holds_for_those_that_it_was_shown_and_the_others_follow() -> None:
    reranker = ScriptedReranker()
    found = reordered("leave?", ORDER, STORED, reranker, 3)
    assert list(found.order) == ["c", "b", "a", "d"]
    assert found.scores == {"a": 1, "b": 2, "c": 3}
    assert found.told == Reordering(by="scripted/reranker", passages=3)
    assert reranker.asked == [("leave?", ("x", "xx", "xxx"))]


def test_what_it_finds_alike_stays_in_the_order_that_it_had() -> None:
    found = reordered("leave?", ORDER, STORED, ScriptedReranker(scores=[0.1, 0.50000001, 0.1, 0.5]), 4)
    assert list(found.order) == ["b", "d", "a", "c"]


def test_passage_is_shown_with_the_headings_that_it_stands_under() -> None:
    passage = STORED[ORDER[0]].passage.model_copy(update={"heading_path": ("Leave", "Interns")})
    reranker = ScriptedReranker()
    reordered("leave?", ORDER, {**STORED, ORDER[0]: STORED[ORDER[0]]._replace(passage=passage)}, reranker, 2)
    assert reranker.asked[0][1][0] == "Leave › Interns\nx"


@pytest.mark.parametrize(
    "scores",
    [(), (1.0,), (1.0, 2.0, 3.0), (1.0, math.nan), (math.inf, 1.0)],
    ids=["none", "too few", "too many", "NaN", "infinite"],
)
def test_scores_that_are_none_change_nothing_and_are_told(scores: Sequence[float]) -> None:
    found = reordered("leave?", ORDER, STORED, ScriptedReranker(scores=scores), 2)
    assert (list(found.order), found.scores) == (ORDER, {})
    assert found.told == Reordering(by="scripted/reranker", passages=2, because="malformed")


def test_reranker_that_gives_no_order_changes_nothing_and_is_told() -> None:
    found = reordered("leave?", ORDER, STORED, ScriptedReranker(because="timeout"), 4)
    assert (list(found.order), found.scores) == (ORDER, {})
    assert found.told == Reordering(by="scripted/reranker", passages=4, because="timeout")


@pytest.mark.parametrize(("order", "most"), [(ORDER, 0), (ORDER, 1), (ORDER[:1], 4), ([], 4)])
def test_nobody_is_asked_to_order_one_or_none(order: list[PassageId], most: int) -> None:
    reranker = ScriptedReranker()
    assert reordered("leave?", order, STORED, reranker, most) == (order, {}, None)
    assert reranker.asked == []


def test_without_a_reranker_nothing_is_told() -> None:
    assert reordered("leave?", ORDER, STORED, None, 4) == (ORDER, {}, None)
