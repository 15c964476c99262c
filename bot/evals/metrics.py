"""What a ranking is worth, as trec_eval counts it, and how far that could be chance. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
SEED = 5
_COVERED = (2.5, 97.5)  # percent: between these lie 95 of 100 resampled means
DEPTH = 10


class Interval(NamedTuple):
    low: float
    high: float


class Worth(NamedTuple):
    """Of one question's ranking, or the mean over many."""

    ndcg_10: float
    recall_5: float
    recall_10: float
    recall_100: float
    mrr_10: float
    hit_1: float


NAMES = ("ndcg@10", "recall@5", "recall@10", "recall@100", "mrr@10", "hit@1")


def worth(ranked: Sequence[str], grades: Mapping[str, int]) -> Worth:
    """`grades` of the judged documents; what is not judged, or not above nought, is not relevant."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    if not relevant:
        raise ValueError("a question without a relevant document has no worth")
    first = next((rank for rank, document in enumerate(ranked[:DEPTH], start=1) if document in relevant), None)
    return Worth(
        ndcg_10=_dcg([max(0, grades.get(document, 0)) for document in ranked[:DEPTH]])
        / _dcg(sorted((grades[document] for document in relevant), reverse=True)[:DEPTH]),
        recall_5=_recall(ranked[:5], relevant),
        recall_10=_recall(ranked[:10], relevant),
        recall_100=_recall(ranked[:100], relevant),
        mrr_10=1 / first if first else 0.0,
        hit_1=float(first == 1),
    )


def mean(worths: Sequence[Worth]) -> Worth:
    return Worth(*(float(each) for each in np.array(worths, dtype=np.float64).mean(axis=0)))


def intervals(worths: Sequence[Worth]) -> tuple[Interval, ...]:
    """Of each mean, by drawing as many questions again, with the same seed always."""
    table = np.array(worths, dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(table), size=(RESAMPLES, len(table)))
    low, high = np.percentile(table[drawn].mean(axis=1), _COVERED, axis=0)
    return tuple(Interval(float(one), float(other)) for one, other in zip(low, high, strict=True))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often one of the first kind scores above one of the second; a tie counts half."""
    return float(_wins(np.array(positive), np.array(negative)).mean())


def auroc_interval(positive: Sequence[float], negative: Sequence[float]) -> Interval:
    wins = _wins(np.array(positive), np.array(negative))
    random = np.random.default_rng(SEED)
    rows = random.integers(0, wins.shape[0], size=(RESAMPLES, wins.shape[0]))
    columns = random.integers(0, wins.shape[1], size=(RESAMPLES, wins.shape[1]))
    drawn = [wins[np.ix_(row, column)].mean() for row, column in zip(rows, columns, strict=True)]
    low, high = np.percentile(drawn, _COVERED)
    return Interval(float(low), float(high))


def _wins(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    above = positive[:, None] - negative[None, :]
    return np.where(above > 0, 1.0, np.where(above == 0, 0.5, 0.0))


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _recall(ranked: Collection[str], relevant: Collection[str]) -> float:
    return len(set(ranked) & set(relevant)) / len(relevant)
