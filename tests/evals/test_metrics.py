"""Every figure against one that was worked out by hand."""

import math

import pytest

from bot.evals.metrics import Worth, auroc, auroc_interval, intervals, mean, worth


def test_one_relevant_document_at_the_second_place() -> None:
    found = worth(["x", "a", "y"], {"a": 1})
    assert found == pytest.approx((1 / math.log2(3), 1.0, 1.0, 1.0, 0.5, 0.0))


def test_grades_are_gains_and_the_best_order_is_one() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    assert worth(["a", "b"], grades).ndcg_10 == pytest.approx(1.0)
    assert worth(["b", "c", "a"], grades).ndcg_10 == pytest.approx((1 + 2 / math.log2(4)) / ideal)
    assert worth(["c"], grades) == Worth(0, 0, 0, 0, 0, 0)


def test_recall_counts_what_is_relevant_and_stops_where_it_says() -> None:
    ranked = [f"n{number}" for number in range(4)] + ["a"] + [f"m{number}" for number in range(5)] + ["b"]
    found = worth(ranked, {"a": 1, "b": 1, "never": 1, "not": -1})
    assert (found.recall_5, found.recall_10, found.recall_100) == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    assert found.mrr_10 == pytest.approx(1 / 5)


def test_first_relevant_document_beyond_the_tenth_place_counts_nothing() -> None:
    found = worth([*map(str, range(10)), "a"], {"a": 1})
    assert (found.mrr_10, found.ndcg_10, found.recall_100) == (0, 0, 1)


def test_question_without_a_relevant_document_is_refused() -> None:
    with pytest.raises(ValueError, match="without a relevant"):
        worth(["a"], {"a": 0})


def test_mean_is_of_each_figure() -> None:
    assert mean([Worth(1, 1, 1, 1, 1, 1), Worth(0, 0.5, 1, 1, 0, 0)]) == pytest.approx((0.5, 0.75, 1, 1, 0.5, 0.5))


def test_interval_holds_the_mean_is_the_same_each_time_and_is_a_point_where_nothing_varies() -> None:
    worths = [Worth(*[float(number % 2)] * 6) for number in range(50)]
    first, again = intervals(worths), intervals(worths)
    assert first == again
    assert all(0.3 < each.low < 0.5 < each.high < 0.7 for each in first)
    assert intervals([Worth(*[0.25] * 6)] * 3)[0] == pytest.approx((0.25, 0.25))


def test_auroc_is_the_share_of_pairs_that_are_in_order_and_a_tie_is_half() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auroc([1.0], [0.0]) == 1.0
    low, high = auroc_interval([0.9, 0.8, 0.3], [0.5, 0.1, 0.2])
    assert low <= auroc([0.9, 0.8, 0.3], [0.5, 0.1, 0.2]) <= high
