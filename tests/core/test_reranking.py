"""The best of what was found in a reranker's order, if it gives one; in the order that it had, whatever else it gives."""

import math
from collections.abc import Sequence

import pytest

from bot.core.fusion import Considered, Looked, ordered
from bot.core.nouns import ListId, PassageId, Reordering
from bot.core.ports import Stored
from bot.core.reranking import Reordered, reordered
from policies.access import NOBODY
from policies.rules import Factors, Ranking
from tests.fakes.passages import NOON, a_passage
from tests.fakes.reranker import ScriptedReranker, told

ORDER = [PassageId(name) for name in "abcd"]
STORED = {
    id_: Stored(a_passage("x" * size, document=f"acme:{id_}"), f"hash of {id_}", ListId("l"), NOBODY)
    for size, id_ in enumerate(ORDER, start=1)
}


def first(most: int) -> dict[PassageId, Stored]:
    return {id_: STORED[id_] for id_ in ORDER[:most]}


def order_by(found: Reordered) -> list[PassageId]:
    """What becomes of an order that was that of the letters."""
    looked = Looked(weight=1.0, keywords=tuple((at, 1 - at / 10) for at in range(len(ORDER))), vectors=())
    considered = Considered(
        documents=tuple((f"acme:{id_}", None) for id_ in ORDER),
        passages=tuple((id_, at) for at, id_ in enumerate(ORDER)),
        looks=(looked,),
    )
    return [id_ for id_, _ in ordered(considered.with_reranked(found.scores), Ranking(), Factors(), NOON)]


def test_its_order_holds_for_those_that_it_was_shown_and_the_others_follow() -> None:
    reranker = ScriptedReranker()
    found = reordered("leave?", first(3), reranker)
    assert order_by(found) == ["c", "b", "a", "d"]
    assert found.scores == {"a": 1, "b": 2, "c": 3}
    assert found.told == told(3)
    assert reranker.asked == [("leave?", ("x", "xx", "xxx"))]


def test_what_it_finds_alike_stays_in_the_order_that_it_had() -> None:
    found = reordered("leave?", STORED, ScriptedReranker(scores=[0.1, 0.50000001, 0.1, 0.5]))
    assert order_by(found) == ["b", "d", "a", "c"]


def test_passage_is_shown_with_the_headings_that_it_stands_under() -> None:
    passage = STORED[ORDER[0]].passage.model_copy(update={"heading_path": ("Leave", "Interns")})
    reranker = ScriptedReranker()
    reordered("leave?", {**first(2), ORDER[0]: STORED[ORDER[0]]._replace(passage=passage)}, reranker)
    assert reranker.asked[0][1][0] == "Leave › Interns\nx"


@pytest.mark.parametrize(
    "scores",
    [(), (1.0,), (1.0, 2.0, 3.0), (1.0, math.nan), (math.inf, 1.0)],
    ids=["none", "too few", "too many", "NaN", "infinite"],
)
def test_scores_that_are_none_change_nothing_and_are_told(scores: Sequence[float]) -> None:
    found = reordered("leave?", first(2), ScriptedReranker(scores=scores))
    assert (order_by(found), found.scores) == (ORDER, {})
    assert found.told == told(2, because="malformed")


def test_reranker_that_gives_no_order_changes_nothing_and_is_told() -> None:
    found = reordered("leave?", STORED, ScriptedReranker(because="timeout"))
    assert (order_by(found), found.scores) == (ORDER, {})
    assert found.told == told(4, because="timeout")


def test_reranker_that_could_not_be_paid_was_sent_nothing_and_that_is_told() -> None:
    found = reordered("leave?", STORED, ScriptedReranker(because="spent", is_sent=False))
    assert (order_by(found), found.scores) == (ORDER, {})
    assert found.told == Reordering(by="scripted/reranker", passages=4, because="spent")


@pytest.mark.parametrize("most", [0, 1])
def test_nobody_is_asked_to_order_one_or_none(most: int) -> None:
    reranker = ScriptedReranker()
    assert reordered("leave?", first(most), reranker) == Reordered()
    assert reranker.asked == []


def test_reranker_that_may_not_see_a_source_is_not_asked_and_that_is_told() -> None:
    reranker = ScriptedReranker(sees=frozenset({"wiki"}))
    found = reordered("leave?", STORED, reranker)
    assert (order_by(found), found.scores) == (ORDER, {})
    assert found.told == Reordering(by="scripted/reranker", passages=4, because="not_allowed")
    assert reranker.asked == []
