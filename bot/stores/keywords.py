"""BM25 over the visible passages alone: document frequency, count and length come from what the scope contains, so a
hidden passage changes neither a score nor an order.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.stores.visible import Visible

_K1, _B = 1.2, 0.75

Scores = NDArray[np.float64]


def keyword_scores(words: Sequence[tuple[int, ...]], visible: Sequence[Visible]) -> list[Scores]:
    """Of each part a score for every row, zero where it is hidden or has none of the words. Each word is the terms that it
    may be, of which a passage has one: it is as frequent as all of them together. Summed in the terms' order, each by an
    arithmetic that does not know in which part a passage lies.
    """
    scores = [np.zeros(part.segment.rows, dtype=np.float64) for part in visible]
    total = sum(part.count for part in visible)
    average = sum(part.length for part in visible) / total if total else 0.0
    for word in sorted(words):
        found = [(at, part, part.postings(term)) for term in word for at, part in enumerate(visible)]
        idf = _idf(total, sum(len(owner) for _, _, (owner, _) in found))
        for at, part, (owner, count) in found:
            scores[at][owner] += _weights(count, np.take(part.segment.length, owner), idf, average or 1.0)
    return scores


def _weights(count: NDArray[np.uint16], length: NDArray[np.uint32], idf: float, average: float) -> Scores:
    norm = _K1 * (1 - _B + _B * length / average)
    often = count.astype(np.float64)
    return np.asarray(idf * often * (_K1 + 1) / (often + norm), dtype=np.float64)


def _idf(total: int, containing: int) -> float:
    return float(np.log1p((total - containing + 0.5) / (containing + 0.5)))
