"""Two embedders on the same questions: who is better is said by the questions, and only as far as they can."""

from collections.abc import Mapping
from typing import Any

from bot.evals.metrics import Interval
from bot.evals.report import Outcome, Side, compared, verdict

GRADES = {f"q{number}": {"a": 1} for number in range(40)}


def both(one: Side, other: Side, grades: Mapping[str, Mapping[str, int]] = GRADES) -> Any:
    return compared(one, other, grades)


def side(name: str, *firsts: str) -> Side:
    """A document found first, for each question; nothing else."""
    outcomes = [Outcome(f"q{at}", [(first, 1.0)], 0.0, False, {}) for at, first in enumerate(firsts)]
    return Side(name, 3, 1.0, 0.5, outcomes)


def test_whoever_finds_more_in_most_questions_is_better_and_the_other_way_round() -> None:
    good, bad = side("good", *"a" * 35, *"x" * 5), side("bad", *"a" * 10, *"x" * 30)
    body = both(good, bad)
    assert (body["verdict"], body["better_in"], body["worse_in"], body["alike_in"], body["n"]) == (
        "first",
        25,
        0,
        15,
        40,
    )
    assert body["difference"]["ndcg@10"]["mean"] == 25 / 40
    low, high = body["difference"]["ndcg@10"]["interval"]
    assert 0 < low < 25 / 40 < high < 1
    assert both(bad, good)["verdict"] == "second"


def test_as_many_better_as_worse_is_no_difference() -> None:
    one, other = side("one", *"ax" * 20), side("other", *"xa" * 20)
    body = both(one, other)
    assert (body["verdict"], body["better_in"], body["worse_in"]) == ("neither", 20, 20)


def test_pairs_show_what_two_means_do_not() -> None:
    """The same small gain in each of many hard and easy questions: the means' own intervals overlap, the difference's
    does not hold nought.
    """
    one = side("one", *"a" * 16, *"x" * 24)
    other = side("other", *"a" * 10, *"x" * 30)
    body = both(one, other)
    first, second = body["sides"]
    assert first["intervals"]["ndcg@10"][0] < second["intervals"]["ndcg@10"][1]
    assert body["verdict"] == "first"


def test_questions_that_nobody_judged_count_for_nobody() -> None:
    one, other = side("one", "a", "a"), side("other", "a", "x")
    assert both(one, other, {"q0": {"a": 1}})["n"] == 1


def test_each_side_keeps_its_own_figures_and_what_it_takes() -> None:
    first, second = both(side("one", "a"), side("other", "x"), {"q0": {"a": 1}})["sides"]
    assert (first["embedder"], first["hit@1"], first["dimensions"], first["ms_per_question"]) == ("one", 1.0, 3, 1.0)
    assert (second["embedder"], second["hit@1"]) == ("other", 0.0)


def test_a_difference_that_may_as_well_be_none_is_none() -> None:
    assert verdict(Interval(0.001, 0.02)) == "first"
    assert verdict(Interval(-0.02, -0.001)) == "second"
    assert verdict(Interval(0.0, 0.02)) == verdict(Interval(-0.02, 0.0)) == verdict(Interval(-0.01, 0.01)) == "neither"
